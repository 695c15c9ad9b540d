"""Who may do what to which object: permissions, one policy table, the same rule as SQL, and guards for routes."""
