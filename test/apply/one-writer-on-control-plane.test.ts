import { oneWriterSuite } from './one-writer.suite.ts';
import { describeOnRealServer } from './server.ts';

// A server each: the policy, once installed, is there for the whole cluster. Every moment is played on the simulated server.
describeOnRealServer('one writer, on the real API server', {
  'without the policy': (server) => oneWriterSuite(server, 'never', 1),
});
describeOnRealServer('one writer, on the real API server that has the policy', {
  'refused by the policy too': (server) => oneWriterSuite(server, 'install', 1),
});
