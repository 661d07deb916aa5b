/** What the user dropped or picked, as files with their paths. */
import type { ImportFile } from '../../../protocol/data-messages.ts';

/** From a file input; a directory input tells each file's path from the directory on. */
export const pickedFiles = (list: FileList | null): ImportFile[] =>
  Array.from(list ?? [], (file) => ({ path: file.webkitRelativePath || file.name, file }));

/** From a drop: folders are walked through. Entries must be taken before the event is over. */
export async function droppedFiles(items: DataTransferItemList): Promise<ImportFile[]> {
  const dropped = Array.from(items, (item) =>
    item.kind === 'file' ? (item.webkitGetAsEntry() ?? item.getAsFile()) : null,
  );
  const found: ImportFile[] = [];
  for (const one of dropped) {
    // What has no place in a file system (dragged out of another page) is a file all the same.
    if (one instanceof File) found.push({ path: one.name, file: one });
    else if (one) await walk(one, found);
  }
  return found;
}

async function walk(entry: FileSystemEntry, found: ImportFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader hands out some entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, found);
  }
}

/** A set's name: its folder's, or its only file's without the ending; otherwise what the files' names share. */
export function nameOf(files: readonly ImportFile[]): string {
  const [first] = files;
  if (!first) return '';
  const folder = first.path.includes('/') ? first.path.split('/')[0]! : '';
  if (folder && files.every(({ path }) => path.startsWith(`${folder}/`))) return folder;
  if (files.length === 1) return first.path.replace(/(\.tar)?\.[a-z0-9]{2,4}$/i, '');
  const names = files.map(({ path }) => path);
  let shared = names[0]!;
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  shared = shared.replace(/[^a-z0-9]+$/i, '');
  return shared.length > 2 ? shared : `${files.length} files`;
}
