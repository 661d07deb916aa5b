/** What a key can do. Shortcuts and their list derive from it. */
export interface Command {
  readonly name: string;
  readonly label: string;
  /** tinykeys' name of the key. */
  readonly key: string;
  /** What is printed on it; absent = the key's name in capitals. */
  readonly shown?: string;
  /** Held down, it is performed again and again. */
  readonly repeats?: boolean;
  readonly perform: () => void;
}

export const printedKey = ({ key, shown }: Command): string => shown ?? key.toUpperCase();
