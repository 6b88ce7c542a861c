/** In CSS pixels. */
export const ROW_HEIGHT = 52;
export const LANE_WIDTH = 118;
