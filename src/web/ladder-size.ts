/** In CSS pixels. */
export const ROW_HEIGHT = 52;
const TIME_WIDTH = 84;
const NOTES_MIN = 120;
/** Where there is room, lanes stand closer for their sake. */
const NOTES_WISHED = 300;
const LANE_MIN = 100;
const LANE_MAX = 150;

/** How far lanes stand from each other: as far as leaves room for the notes, and for the names on the arrows. */
export function laneWidth(lanes: number, room: number): number {
  const fits = Math.floor((room - TIME_WIDTH - NOTES_WISHED) / Math.max(lanes, 1));
  return Math.min(Math.max(fits, LANE_MIN), LANE_MAX);
}

export function rowWidth(lanes: number, lane: number): number {
  return TIME_WIDTH + lanes * lane + NOTES_MIN;
}
