import { applyAloneSuite } from './apply-alone.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('applyAlone', applyAloneSuite);
