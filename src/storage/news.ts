/** Tells the lab's other tabs, and the page its own worker's, that something was written. */

export interface News {
  /** Of every run where null. */
  runId: string | null;
}

export interface ComparisonNews {
  id: string;
}

function channelOf<T>(name: string): {
  on(listener: (news: T) => void): () => void;
  tell(news: T): void;
} {
  let outgoing: BroadcastChannel | null = null;
  return {
    /** @returns what ends listening. */
    on(listener) {
      const channel = new BroadcastChannel(name);
      channel.addEventListener('message', ({ data }: MessageEvent<T>) => listener(data));
      return () => channel.close();
    },
    tell(news) {
      outgoing ??= new BroadcastChannel(name);
      outgoing.postMessage(news);
    },
  };
}

export const { on: onNews, tell: tellNews } = channelOf<News>('mgas-lab');
export const { on: onComparisonNews, tell: tellComparisonNews } =
  channelOf<ComparisonNews>('mgas-lab-comparisons');
