import type { Server } from 'node:http';

export function serve(
  folder: string,
  headers: Readonly<Record<string, string>>,
  port: number,
  host: boolean,
): Promise<Server>;
