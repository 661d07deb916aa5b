/** Runs a search from its settings to a discovered architecture. */
import { describeArchitecture } from '../architecture/describe.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { countParameters } from '../granularity/count.ts';
import { engineVersion } from '../version.ts';
import type { SearchOptions, StartSearch } from './api.ts';
import { Stopped } from './control.ts';
import { evaluate } from './evaluate.ts';
import { failureOf } from './failure.ts';
import { restoreSession, takeCheckpoint } from './checkpoint.ts';
import { applySteering } from './steering.ts';
import { Session } from './session.ts';
import { runStage } from './stage.ts';

/** @throws RangeError at once when the settings contradict each other. */
export const startSearch: StartSearch = (options: SearchOptions) => {
  const session = new Session(options, { steer: applySteering, takeCheckpoint });
  return {
    result: run(session),
    pause: () => session.control.pause(),
    resume: () => session.control.resume(),
    stop: () => session.control.stop(),
    stepOnce: () => session.control.stepOnce(),
    steer: (steering) => session.steer(steering),
  };
};

async function run(session: Session): Promise<Architecture | null> {
  try {
    return await searchUntilStopped(session);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === 'device-lost')
      session.emit({ type: 'device-lost', message: failure.message });
    session.emit({
      type: 'failed',
      code: failure.code,
      message: failure.message,
      advice: failure.advice,
    });
    throw failure;
  } finally {
    session.control.close();
  }
}

async function searchUntilStopped(session: Session): Promise<Architecture | null> {
  try {
    return await search(session);
  } catch (error) {
    if (error instanceof Stopped) return await stopped(session);
    throw error;
  }
}

async function search(session: Session): Promise<Architecture> {
  const { settings, data, totals, stepper } = session;
  const { resumeFrom } = session.options;
  // A turn before the first event, so that the caller holds the handle by then.
  await session.control.gate();
  if (resumeFrom) {
    restoreSession(session, resumeFrom);
    session.emit({ type: 'resumed' });
    // Before the first stage looks whether it is over: a finished search continues towards another target.
    await session.betweenSteps();
  } else {
    session.emit({
      type: 'started',
      settings,
      dataset: {
        name: data.name,
        classes: data.classNames.length,
        classNames: [...data.classNames],
        trainImages: data.trainImages,
        validationImages: data.validationImages,
      },
      backend: stepper.backend,
      engineVersion,
      superNetParameters: totals.parameters.at(-1)!,
      maxSteps: session.maxSteps,
    });
  }
  const within = resumeFrom?.progress ? resumeFrom.stage : null;
  const left = session.stages.filter(({ index }) => index >= (resumeFrom?.stage ?? 0));
  for (const { index } of left) await runStage(session, index, index === within);
  const { finish } = session.options.variant ?? {};
  if (finish) await session.load(finish(await session.pull()));
  const accuracy = await evaluate(session, 'all');
  const parameters = countParameters(session.current);
  const targetReached = parameters.active <= session.settings.targetParameters;
  const architecture = describe(session, targetReached);
  session.emit({
    type: 'finished',
    ...{ targetReached, accuracy, images: session.data.validationImages },
    ...{ parameters, architecture },
  });
  return architecture;
}

/** What was found so far; a target counts as reached only by a search that ran to its end. */
async function stopped(session: Session): Promise<Architecture | null> {
  if (session.network) await session.pull();
  const architecture = session.network ? describe(session, false) : null;
  session.emit({ type: 'stopped', architecture });
  return architecture;
}

function describe(session: Session, targetReached: boolean): Architecture {
  const { totals, settings, data, steps, accuracy, accuracyImages, lineage } = session;
  return describeArchitecture({
    network: session.current,
    totals,
    settings,
    data,
    steps,
    validationAccuracy: accuracy,
    validationImages: accuracy === null ? null : accuracyImages,
    targetReached,
    ...(lineage && { ancestry: lineage.ancestry }),
  });
}
