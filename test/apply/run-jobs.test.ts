import { runJobsSuite } from './run-jobs.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('runJobs', (server) => runJobsSuite(server));
