import { replacingSuite } from './replacing.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('replacing', replacingSuite);
