import { killedAnywhereSuite } from './killed-anywhere.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('killed after any request', killedAnywhereSuite);
