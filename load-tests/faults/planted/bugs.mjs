// Bugs that the rig must find, each as replacements in source files: a check that never fails proves nothing.

/** @type {Readonly<Record<string, readonly { file: string, snippet: string, replacement: string }[]>>} */
export const plantedBugs = {
  'answer-before-append': [
    {
      file: 'services/gateway/inbound.ts',
      snippet: 'if (isFact && !(await appendFacts(connection, served))) {',
      replacement: "if (isFact) void appendFacts(connection, served);\n  if (isFact && connection.stationId === '') {",
    },
  ],
  'position-before-rows': [
    {
      file: 'services/kit/projection/apply-events.ts',
      snippet: 'await advancePositions(client, application.advances);',
      replacement:
        'await transaction(database, (own) => advancePositions(own, application.advances), { schema: schemaOf(projection) });',
    },
  ],
  'known-by-message-id': [
    {
      file: 'services/sessions/domain/events.ts',
      snippet: "Meta: ['tenantId',",
      replacement: "Meta: ['messageId', 'tenantId',",
    },
    {
      file: 'services/sessions/domain/started.ts',
      snippet: 'const startKey = startKeyOfStart(event);',
      replacement: 'const startKey = event.meta.messageId ?? startKeyOfStart(event);',
    },
  ],
  // No bug of the rig's three: the fold that breaks on an event, until its next version does not.
  'fold-breaks': [
    {
      file: 'services/sessions/domain/started.ts',
      snippet: 'const startKey = startKeyOfStart(event);',
      replacement:
        "const startKey = startKeyOfStart(event);\n  if (event.meta.stationId === 'poison-fold') throw new Error('this fold has a bug');",
    },
  ],
};
