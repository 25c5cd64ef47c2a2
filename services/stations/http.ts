// The HTTP API of stations, all routes in one place: main serves them, the API document is made of them without parts.
import type { HttpApi } from '#kit/http';
import { addProjectionRoutes } from '#kit/projection/routes';
import type { RunningProjection } from '#kit/projection/runner';
import { addBulkRoutes, type BulkApiParts } from './api/bulk.ts';
import { addCertificateRoutes, type CertificateApiParts } from './api/certificates.ts';
import { addCommandRoutes, type CommandApiParts } from './api/commands.ts';
import { addDetailRoutes } from './api/details.ts';
import { addFileRoutes, type FileApiParts } from './api/files.ts';
import { addTransactionImport, type ImportApiParts } from './api/imports.ts';
import { addLoggedRoutes } from './api/logged.ts';
import { addOnboardingRoutes, type OnboardingApiParts } from './api/onboarding.ts';
import { addStationRoutes, type StationApiParts } from './api/stations.ts';
import { addKeptRoutes } from './kept-contents.ts';
import type { LocalListParts } from './api/local-list.ts';

export type StationsHttpParts = {
  readonly states: StationApiParts;
  readonly certificates: CertificateApiParts;
  readonly files: FileApiParts;
  readonly onboarding: OnboardingApiParts;
  readonly kept: LocalListParts;
  readonly imports: ImportApiParts;
  readonly commands: CommandApiParts;
  readonly bulk: BulkApiParts;
  readonly projections: readonly RunningProjection[];
};

export function addStationsRoutes(api: HttpApi, parts: StationsHttpParts): void {
  addStationRoutes(api, parts.states);
  addDetailRoutes(api, parts.states);
  addLoggedRoutes(api, parts.states);
  addCertificateRoutes(api, parts.certificates);
  addFileRoutes(api, parts.files);
  addOnboardingRoutes(api, parts.onboarding);
  addKeptRoutes(api, parts.kept);
  addTransactionImport(api, parts.imports);
  addCommandRoutes(api, parts.commands);
  addBulkRoutes(api, parts.bulk);
  addProjectionRoutes(api, parts.projections);
}
