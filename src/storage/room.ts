/** How much room there is, and whether the browser may clear it by itself. */

export interface Room {
  /** Bytes used by this origin, and the most it may use. */
  used: number;
  quota: number;
  /** The browser has promised not to clear it when the disk runs full. */
  persistent: boolean;
}

const manager = (): StorageManager | undefined => (navigator as Partial<Navigator>).storage;

/** @returns null where the browser does not say. */
export async function measureRoom(): Promise<Room | null> {
  try {
    const { usage = 0, quota = 0 } = await manager()!.estimate();
    return { used: usage, quota, persistent: (await manager()!.persisted?.()) ?? false };
  } catch {
    return null;
  }
}

/** Asks the browser not to clear the store. Some ask the user, so: only once there is something to lose. */
export async function askForPersistence(): Promise<boolean> {
  try {
    return (await manager()?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

export function isNoRoom(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

/** Why something could not be written, in words. */
export function whyNotStored(error: unknown): string {
  return isNoRoom(error)
    ? 'the browser grants no more storage'
    : error instanceof Error
      ? error.message
      : String(error);
}
