export function isNewEnough(description: unknown): boolean;
export function findLavapipe(folders?: readonly string[]): string | null;
export function ensureLavapipe(): { icd: string | null; reason: string | null };
