import { apiWarningsSuite } from './api-warnings.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('warnings of the API server', apiWarningsSuite);
