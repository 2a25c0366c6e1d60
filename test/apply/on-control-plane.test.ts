import { applyManifestsSuite } from './apply-manifests.suite.ts';
import { killedAnywhereSuite } from './killed-anywhere.suite.ts';
import { planTargetSuite } from './plan-target.suite.ts';
import { pruneObjectsSuite } from './prune-objects.suite.ts';
import { runJobsSuite } from './run-jobs.suite.ts';
import { describeOnRealServer } from './server.ts';

describeOnRealServer('apply on the real control plane', {
  planTarget: planTargetSuite,
  applyManifests: applyManifestsSuite,
  pruneObjects: pruneObjectsSuite,
  'killed after any request': killedAnywhereSuite,
  runJobs: runJobsSuite,
});
