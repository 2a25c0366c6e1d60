import { handingOverSuite } from './handing-over.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('handing over', handingOverSuite);
