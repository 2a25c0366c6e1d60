import { describeOnSimulatedServer } from '../server.ts';
import { restartsSuite } from './restarts.suite.ts';

describeOnSimulatedServer('ordered restarts', restartsSuite);
