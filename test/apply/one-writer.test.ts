import { oneWriterSuite } from './one-writer.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('one writer', oneWriterSuite);
