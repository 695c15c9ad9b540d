/** What the counts of rolls and months have in common. */
interface Counts {
  summoned: number;
  present: number;
  late: number;
  exempt: number;
}

/** Who came, in time or late: "Có mặt" wherever one number is shown. */
export const attended = ({ present, late }: Counts): number => present + late;

/** Who was expected to come: the denominator of every rate. */
export const due = ({ summoned, exempt }: Counts): number => summoned - exempt;
