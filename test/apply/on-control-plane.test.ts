import { afterAll, beforeAll, describe } from 'vitest';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { apiWarningsSuite } from './api-warnings.suite.ts';
import { applyManifestsSuite } from './apply-manifests.suite.ts';
import { handingOverSuite } from './handing-over.suite.ts';
import { movedOnSuite } from './moved-on.suite.ts';
import { planTargetSuite } from './plan-target.suite.ts';
import { pruneObjectsSuite } from './prune-objects.suite.ts';
import { replacingSuite } from './replacing.suite.ts';
import { restartsSuite } from './restarts/restarts.suite.ts';
import { roomSuite } from './room.suite.ts';
import { runJobsSuite } from './run-jobs.suite.ts';
import { realServer, type Server } from './server.ts';
import { followLandingsSuite } from './settle/follow-landings.suite.ts';
import { settleTargetSuite, settleWithQuotaSuite } from './settle-target.suite.ts';

describeOnControlPlane('apply on the real control plane', 'controllers', (binaries) => {
  let server: Server;
  beforeAll(async () => {
    server = await realServer(binaries);
  });
  afterAll(() => server?.stop());
  describe('planTarget', () => planTargetSuite(() => server));
  describe('applyManifests', () => applyManifestsSuite(() => server));
  describe('pruneObjects', () => pruneObjectsSuite(() => server));
  describe('followLandings', () => followLandingsSuite(() => server));
  describe('settleTarget', () => settleTargetSuite(() => server));
  describe('runJobs', () => runJobsSuite(() => server));
  describe('warnings of the API server', () => apiWarningsSuite(() => server));
  describe('lint beside what is live', () => roomSuite(() => server));
  describe('handing over', () => handingOverSuite(() => server));
  describe('replacing', () => replacingSuite(() => server));
  describe('an API that moves on', () => movedOnSuite(() => server));
  describe('settleTarget under a quota', () => settleWithQuotaSuite(() => server));
  describe('ordered restarts', () => restartsSuite(() => server));
});
