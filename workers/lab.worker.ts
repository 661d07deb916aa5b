/**
 * Entry of every worker of the page. Its name says what it serves; the code for that is loaded then. One entry, so that
 * all workers share their chunks: an entry each would bundle the engine and TensorFlow.js once per worker.
 */
import type { MakerRequest } from '../src/datasets/images/maker-pool.ts';
import { compareDelivery } from '../src/protocol/compare-messages.ts';
import type { CompareContract } from '../src/protocol/compare-messages.ts';
import { dataDelivery } from '../src/protocol/data-messages.ts';
import type { DataContract } from '../src/protocol/data-messages.ts';
import { importDelivery } from '../src/protocol/import-messages.ts';
import type { ImportContract } from '../src/protocol/import-messages.ts';
import { searchDelivery } from '../src/protocol/messages.ts';
import type { SearchContract } from '../src/protocol/messages.ts';
import type { Contract, WorkerRole } from '../src/protocol/rpc.ts';
import { serve } from '../src/protocol/serve.ts';
import type { ServeOptions } from '../src/protocol/serve.ts';
import { trainDelivery } from '../src/protocol/train-messages.ts';
import type { TrainContract } from '../src/protocol/train-messages.ts';
import { workerErrorOf } from './refusal.ts';

const served = <C extends Contract>(options: Omit<ServeOptions<C>, 'errorOf'>): void =>
  serve<C>(globalThis, { ...options, errorOf: workerErrorOf });

const roles: Readonly<Record<WorkerRole, () => void>> = {
  search: () =>
    served<SearchContract>({
      open: async (emit) => new (await import('./search-host.ts')).SearchHost(emit).handlers,
      delivery: searchDelivery,
    }),
  train: () =>
    served<TrainContract>({
      open: async (emit) => new (await import('./train-host.ts')).TrainHost(emit).handlers,
      delivery: trainDelivery,
    }),
  compare: () =>
    served<CompareContract>({
      open: async (emit) => new (await import('./compare-host.ts')).CompareHost(emit).handlers,
      delivery: compareDelivery,
    }),
  data: () =>
    served<DataContract>({
      open: async (emit) => new (await import('./data-host.ts')).DataHost(emit).handlers,
      delivery: dataDelivery,
    }),
  import: () =>
    served<ImportContract>({
      open: async () => new (await import('./import-host.ts')).ImportHost().handlers,
      delivery: importDelivery,
    }),
  decode: () => {
    // Heard from the start: the first image may come before the decoder's code.
    const loading = import('./decode-thread.ts');
    self.addEventListener('message', ({ data }: MessageEvent<MakerRequest>) => {
      void loading.then(({ decodeFor }) => decodeFor(data));
    });
  },
};

roles[self.name as WorkerRole]();
