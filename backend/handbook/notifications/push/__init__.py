"""Web push: which endpoints are allowed, encryption, VAPID, sending."""
