/** The pad on which a signature is drawn: path data of 1000 by 400, as the server takes it. */
export const PAD = { width: 1000, height: 400 };
/** Less than this many points is a slip of the finger. */
const MIN_POINTS = 8;
const MIN_SPREAD = 60;
/** Points nearer than this add nothing that can be seen. */
const STEP = 3;

export type Point = readonly [x: number, y: number];

/** A point of the window as a point of the pad. */
export function onPad(client: { x: number; y: number }, box: { left: number; top: number; width: number; height: number }): Point {
  const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, Math.round(value)));
  return [
    clamp(((client.x - box.left) / box.width) * PAD.width, PAD.width), clamp(((client.y - box.top) / box.height) * PAD.height, PAD.height),
  ];
}

/** The stroke with one more point, unless that is where it is already. */
export function drawnTo(stroke: readonly Point[], point: Point): readonly Point[] {
  const last = stroke.at(-1);
  return last && Math.abs(last[0] - point[0]) + Math.abs(last[1] - point[1]) < STEP ? stroke : [...stroke, point];
}

export function pathOf(strokes: readonly (readonly Point[])[]): string {
  return strokes.filter((stroke) => stroke.length > 0).map((stroke) => `M${stroke.map(([x, y]) => `${x} ${y}`).join('L')}`).join('');
}

/** Whether this is a signature rather than a touch. */
export function isDrawn(strokes: readonly (readonly Point[])[]): boolean {
  const points = strokes.flat();
  if (points.length < MIN_POINTS) return false;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) >= MIN_SPREAD;
}
