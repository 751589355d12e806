/** Whether something grows. */

/**
 * The straight line that fits best.
 * @param {readonly (readonly [x: number, y: number])[]} points at least three
 * @returns {{ slope: number, error: number, mean: number }} `error`: the slope's standard error
 */
export function line(points) {
  const { length } = points;
  const mean = (at) => points.reduce((sum, point) => sum + point[at], 0) / length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  const slope = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
  const rest = points.reduce((sum, point) => sum + (point[1] - y - slope * (point[0] - x)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (length - 2) / spread), mean: y };
}

/** Of the mean, over all that was looked at: less than this is no growth anybody would find. */
const SMALL = 0.02;

/** Flat: it does not grow, or by no more than could be chance, or than matters. */
export function isFlat(points) {
  const { slope, error, mean } = line(points);
  const seconds = points[points.length - 1][0] - points[0][0];
  return slope <= 2 * error || slope * seconds <= SMALL * mean;
}
