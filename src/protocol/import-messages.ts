/** The contract of the worker that reads architectures from elsewhere. Plain data only. */
import type { Imported, ImportOptions, InputFile } from '../engine/architecture/import/form.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import type { Payload, RequestType, Value } from './rpc.ts';
import type { Delivery } from './stream.ts';

export type { Imported, ImportOptions, InputFile };

/** What a published cell is brought to the size of. */
export type LikeArchitecture = Pick<Architecture, 'dataset' | 'parameters' | 'cells'>;

export interface ImportContract {
  requests: {
    /** Files of one architecture. Rejected with the code 'architecture' where they are none. */
    open: { payload: { files: InputFile[]; options: ImportOptions }; value: Imported };
    /** A published cell by its id: as its paper reports it, or at the size of another network. */
    published: { payload: { id: string; like: LikeArchitecture | null }; value: Imported };
  };
  event: { type: 'none' };
}
export type ImportRequestType = RequestType<ImportContract>;
export type ImportPayload<T extends ImportRequestType> = Payload<ImportContract, T>;
export type ImportValue<T extends ImportRequestType> = Value<ImportContract, T>;

export const importDelivery = (): Delivery => 'kept';
