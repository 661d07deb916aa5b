/** Tells the lab's other tabs, and the page its own worker's, that a run was written. */
const channelName = 'mgas-lab';

export interface News {
  /** Of every run where null. */
  runId: string | null;
}

/** @returns what ends listening. */
export function onNews(listener: (news: News) => void): () => void {
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener('message', ({ data }: MessageEvent<News>) => listener(data));
  return () => channel.close();
}

let outgoing: BroadcastChannel | null = null;

export function tellNews(news: News): void {
  outgoing ??= new BroadcastChannel(channelName);
  outgoing.postMessage(news);
}
