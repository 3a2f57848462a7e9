// The contract between a page and the ML worker: types without logic. The worker `satisfies` it, the page wraps it with
// Comlink, all but predictions. Methods never throw across the border; they answer a `Result`.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { Evaluation } from '../core/artifact/documents.ts';
import type { ModelInterface } from '../core/artifact/interface.ts';
import type { Comparison } from '../core/evaluate/compare.ts';
import type { ForeignFormat } from '../core/import/foreign-formats.ts';
import type { Imported, ImportFile } from '../core/import/imported.ts';
import type { ModelInspection } from '../core/onnx/inspect.ts';
import type { Failure } from '../core/errors.ts';
import type { Result } from '../core/result.ts';
import type { PackedTensors } from '../core/runtime/packed-tensors.ts';
import type { Provider } from '../core/runtime/session.ts';
import type { EmbeddingPoint } from '../core/teach/embedder.ts';
import type { TensorMap } from '../core/tensor.ts';
import type { RatePoint, RateSweep } from '../core/train/find-learning-rate.ts';
import type { MemoryPlan } from '../core/train/fit-batch.ts';
import type { Divergence, TrainProgress } from '../core/train/engine.ts';
import type { TrainRequest } from '../device/schema.ts';
import type { BlocksApi } from './blocks-protocol.ts';

export interface VersionRef {
  readonly model: string;
  readonly version: number;
}

export interface OpenedModel {
  /** Names the session in this worker. */
  readonly handle: number;
  readonly variant: string;
  readonly provider: Provider;
  readonly threads: number;
  readonly openMs: number;
}

export interface Prediction {
  readonly outputs: TensorMap;
  readonly runMs: number;
  readonly provider: Provider;
}

/** One provider, measured with the version's recorded inputs. */
export interface ProviderMeasurement {
  readonly provider: Provider;
  readonly medianMs: number;
  readonly openMs: number;
  /** Largest difference from the recorded outputs as a share of their largest value; null without recorded outputs. */
  readonly difference: number | null;
  readonly agrees: boolean;
  /** Why it did not run. */
  readonly failure: string | null;
}

/**
 * A prediction goes there and back as a plain message beside Comlink's: a small model takes less time than a call through
 * a proxy. Flat arrays, which Comlink's own messages never are.
 */
export type PredictAsk = readonly [ticket: number, handle: number, ...inputs: PackedTensors];
export type PredictReply =
  | readonly [ticket: number, failure: Failure]
  | readonly [ticket: number, failure: null, runMs: number, provider: Provider, ...outputs: PackedTensors];

/** Null: it answers as it was recorded. Else how it does not, or why it does not open. */
export interface TrialOutcome {
  readonly problem: string | null;
}

/** What was dropped: a model, converted where it was of another format, or one of a format that is not read. */
export type BroughtModel =
  | {
      readonly kind: 'model';
      /** Null where it is the one file that was dropped. */
      readonly file: Bytes | null;
      /** Operators, parameters, and what its inputs and outputs mean. */
      readonly inspection: ModelInspection & { readonly interface: ModelInterface };
      /** What its files say that its classes are called; null: nothing that fits. */
      readonly labels: readonly string[] | null;
      /** Null for what was ONNX. */
      readonly imported: Pick<Imported, 'format' | 'notes'> | null;
    }
  | { readonly kind: 'foreign'; readonly format: ForeignFormat; readonly path: string };

/** A model that a person brought, with what they said of it. */
export interface GivenModel {
  /** What it is to be called. */
  readonly model: string;
  readonly file: Bytes;
  /** Null: it is read from the file, and labels that nobody gave, too. */
  readonly interface: ModelInterface | null;
  readonly labels: readonly string[] | null;
  readonly note: string | null;
}

export interface ServingApi {
  /** Starts the runtime ahead of the first model. What fails is told where that model is opened. */
  warmUp(provider: 'wasm' | 'webgpu'): Promise<Result<null>>;
  /** Opens an installed version; smoke-tests it on its recorded inputs. Without `variant`: the one this device chose. */
  open(ref: VersionRef & { readonly variant?: string }): Promise<Result<OpenedModel>>;
  /** Opens a candidate that is kept on this device. */
  openCandidate(candidate: Digest): Promise<Result<OpenedModel>>;
  /** Opens a file that is in no library (an admin's drop, before it is uploaded), on WASM unless another is named. */
  openFile(file: Bytes, provider?: 'wasm' | 'webgpu'): Promise<Result<OpenedModel>>;
  /**
   * Holds an installed version against all that it was recorded with, beside what is open. A failure says that it could
   * not be tried, which says nothing of the version.
   */
  tryVersion(ref: VersionRef & { readonly variant: string }): Promise<Result<TrialOutcome>>;
  close(handle: number): Promise<Result<null>>;
  /** How many handles are open: a worker without any may be ended. */
  openCount(): Promise<number>;
  /** What was dropped: a file, or those of a folder; the failure says why it is no model for this runtime. */
  bringModel(files: readonly ImportFile[]): Promise<Result<BroughtModel>>;
  /** Runs it once, and stores it as a signed candidate that founds a model, in state `judging`. */
  foundModel(given: GivenModel): Promise<Result<{ readonly candidate: Digest }>>;
  /** Times every provider of this device on a version, keeps the choice in the store, and answers what was measured. */
  measure(ref: VersionRef): Promise<Result<ProviderMeasurement[]>>;
}

export type { TrainRequest };

export interface RunProgress extends TrainProgress {
  /** Why the run could not leave its state in the store: a tab that dies takes it along. Null where it can. */
  readonly unkept: Failure | null;
}

/** Why a run cannot be gone on with: the version or its data changed or went, or what it had left is damaged or gone. */
export type RunObstacle = 'version' | 'data' | 'state';

export interface TrainOutcome {
  /** Digest of the candidate, which is now in the store, signed, in state `judging`. */
  readonly candidate: Digest;
  readonly backend: string;
  readonly seconds: number;
  readonly comparison: Comparison;
  /** Where the run met what is no number, and which epoch's weights the candidate has; null where it came to its end. */
  readonly diverged: Divergence | null;
}

export interface TrainingApi {
  /** Trains, converts, checks the conversion, judges old and new, stores a signed candidate. `onProgress` is a Comlink proxy. */
  train(request: TrainRequest, onProgress: (progress: RunProgress) => void): Promise<Result<TrainOutcome>>;
  /** The same, from where a run was cut short. @param run the id of its row */
  goOn(run: Digest, onProgress: (progress: RunProgress) => void): Promise<Result<TrainOutcome>>;
  /** What a run would take of this device's memory; null where its engine does not say. */
  estimate(request: TrainRequest): Promise<Result<MemoryPlan | null>>;
  /** Null where it can be gone on with. */
  obstacleTo(run: Digest): Promise<Result<RunObstacle | null>>;
  /**
   * A rate to begin the request's run with, by a short sweep; nothing is stored. `onPoint` is a Comlink proxy. Only for the
   * engine `onnx`. `stop` ends it.
   */
  findLearningRate(request: TrainRequest, onPoint: (point: RatePoint) => void): Promise<Result<RateSweep>>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The run ends with `Aborted` at its next step. */
  stop(): Promise<void>;
  /** Judges a variant of an installed version on its own held-out data. */
  evaluate(ref: VersionRef & { readonly variant: string }): Promise<Result<Evaluation[]>>;
  /** Judges a candidate, or one installed version, against another on the same held-out rows. */
  compare(
    oldRef: VersionRef,
    newRef: VersionRef | { readonly candidate: Digest },
  ): Promise<Result<Comparison>>;
}

/** Pixels of a photo or of a camera's frame, as a canvas gives them. */
export interface Photo {
  /** RGBA, [height, width, 4]; transferred. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** A second: [soundLength], mono at `soundRate`, −1 to 1; transferred, so it has its memory to itself. */
export type Sound = Float32Array<ArrayBuffer>;

/** [columns] of the project, each in its own unit; transferred too. */
export type Row = Float32Array<ArrayBuffer>;

/** What a project is asked about: a photo, or a sound or a row where it is taught such. */
export type Shown = Photo | Sound | Row;

export interface ClassScore {
  /** Of the project. */
  readonly class: string;
  /** 0 to 1. */
  readonly probability: number;
}

/** What the project would answer to that now. */
export interface LiveAnswer {
  /** `nearest`: k-NN on the embeddings; `head`: the trained one; null: there is too little to answer by. */
  readonly by: 'nearest' | 'head' | null;
  /** All classes, the likeliest first. */
  readonly scores: readonly ClassScore[];
  readonly embedMs: number;
}

/** How well a project is learnt so far, on held-out examples; null figures where there are too few. */
export interface ProjectStanding {
  readonly examples: number;
  /** Examples whose embedding is still to be computed. */
  readonly pending: number;
  readonly by: LiveAnswer['by'];
  /** Right shares of both, on the held-out examples. */
  readonly nearest: number | null;
  readonly head: number | null;
  readonly heldOut: number;
}

/** Of the project with that handle, whose examples are in the store. */
export interface ProjectApi {
  /** Opens the project's embedder, as it is chosen now. */
  openProject(project: string): Promise<Result<{ readonly handle: number; readonly provider: Provider }>>;
  /**
   * Embeds what is new in the store, forgets what went, learns the head anew where that changed something. Resolves when
   * nothing is left to do; `onStanding` is a Comlink proxy, called as it goes.
   */
  learn(handle: number, onStanding: (standing: ProjectStanding) => void): Promise<Result<ProjectStanding>>;
  /** Of what comes while something else is looked at the latest is answered, those before it with `Aborted`. */
  look(handle: number, shown: Shown): Promise<Result<LiveAnswer>>;
  /**
   * Learns what is left to learn, makes one ONNX file of it, judges it on the held-out examples, and stores a signed candidate,
   * the model's first or next.
   */
  finishProject(handle: number): Promise<Result<{ readonly candidate: Digest }>>;
  closeProject(handle: number): Promise<Result<null>>;
  /** Places where that version's embedding may be taken, the proposed one first. */
  embeddingPoints(ref: VersionRef): Promise<Result<EmbeddingPoint[]>>;
}

export type WorkerApi = ServingApi & TrainingApi & ProjectApi & BlocksApi;
