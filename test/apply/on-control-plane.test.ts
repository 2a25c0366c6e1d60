import { apiWarningsSuite } from './api-warnings.suite.ts';
import { applyManifestsSuite } from './apply-manifests.suite.ts';
import { handingOverSuite } from './handing-over.suite.ts';
import { killedAnywhereSuite } from './killed-anywhere.suite.ts';
import { movedOnSuite } from './moved-on.suite.ts';
import { planTargetSuite } from './plan-target.suite.ts';
import { pruneObjectsSuite } from './prune-objects.suite.ts';
import { replacingSuite } from './replacing.suite.ts';
import { roomSuite } from './room.suite.ts';
import { runJobsSuite } from './run-jobs.suite.ts';
import { describeOnRealServer } from './server.ts';

describeOnRealServer('apply on the real control plane', {
  planTarget: planTargetSuite,
  applyManifests: applyManifestsSuite,
  pruneObjects: pruneObjectsSuite,
  'killed after any request': killedAnywhereSuite,
  runJobs: runJobsSuite,
  'warnings of the API server': apiWarningsSuite,
  'lint beside what is live': roomSuite,
  'handing over': handingOverSuite,
  replacing: replacingSuite,
  'an API that moves on': movedOnSuite,
});
