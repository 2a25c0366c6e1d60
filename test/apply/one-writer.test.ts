import { oneWriterSuite } from './one-writer.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('one writer', (server) => oneWriterSuite(server, 'never'));
describeOnSimulatedServer('one writer, refused by the policy too', (server) => oneWriterSuite(server, 'install'));
