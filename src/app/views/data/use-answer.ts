/** What the data worker answers to a question of a view; an answer to an older question is not heard. */
import { useEffect, useState } from 'react';
import type { DataPayload, DataRequestType, DataValue } from '../../../protocol/data-messages.ts';
import type { WorkerError } from '../../../protocol/messages.ts';
import { errorOf } from '../../../protocol/rpc.ts';
import { askForData } from '../../sessions/datasets.ts';

export type Answer<T> =
  | { state: 'waiting'; value: T | null }
  | { state: 'here'; value: T }
  | { state: 'failed'; error: WorkerError };

/** While a new answer is awaited, the last one stays. `payload` is compared by its contents. */
export function useAnswer<T extends DataRequestType>(
  type: T,
  payload: DataPayload<T>,
): Answer<DataValue<T>> {
  const [answer, setAnswer] = useState<Answer<DataValue<T>>>({ state: 'waiting', value: null });
  const question = JSON.stringify(payload);
  useEffect(() => {
    let wanted = true;
    setAnswer((last) => ({ state: 'waiting', value: last.state === 'failed' ? null : last.value }));
    askForData(type, JSON.parse(question) as DataPayload<T>).then(
      (value) => wanted && setAnswer({ state: 'here', value }),
      (error: unknown) => wanted && setAnswer({ state: 'failed', error: errorOf(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [type, question]);
  return answer;
}
