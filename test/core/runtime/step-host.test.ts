import { nodeHost } from '../train/nets.ts';
import { stepHostConformance } from './step-host.conformance.ts';

stepHostConformance('Node', () => Promise.resolve(nodeHost()));
