/** Pixels a side that photos can be brought to. */
export const imageSizes = [8, 16, 28, 32, 48, 64, 96, 128, 224];
