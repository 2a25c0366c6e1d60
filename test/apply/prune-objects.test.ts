import { pruneObjectsSuite } from './prune-objects.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('pruneObjects', pruneObjectsSuite);
