import { roomSuite } from './room.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('lint beside what is live', roomSuite);
