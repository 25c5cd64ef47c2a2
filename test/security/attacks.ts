// The attacks that this platform is tested against (S1 to S22 of the protocol reference), each with the tests that show its defence.

export type Attack = {
  readonly id: string;
  readonly attack: string;
  /** File below test/, and words of the title of a test in it. */
  readonly tests: readonly (readonly [file: string, title: string])[];
  /** What was taken out by hand, each alone, to see a test named here go red. */
  readonly removed?: string;
  /** What no test shows yet, and why. */
  readonly open?: string;
};

const admission = 'services/gateway/admission.test.ts';
const profiles = 'services/gateway/admission-profiles.test.ts';
const limits = 'services/gateway/admission-limits.test.ts';
const badInput = 'e2e/bad-input.stack.test.ts';
const sockets = 'services/gateway/quirks/sockets.test.ts';
const files = 'services/stations/files/files.kafka-postgres.test.ts';
const flags = 'services/sessions/domain/flags.test.ts';
const tls = 'e2e/tls.stack.test.ts';

export const attacks: readonly Attack[] = [
  {
    id: 'S1',
    attack: 'connect with a known identity and no credentials',
    tests: [[admission, 'the right password is let in; a wrong one, another’s and none get the same 401']],
  },
  {
    id: 'S2',
    attack: 'displace or shadow a station by a second connection',
    tests: [
      [badInput, 'a second socket with the same identity wins at once'],
      ['services/gateway/connection.test.ts', 'a displaced socket is pinged; a pong says that a second device lives'],
      [
        'services/gateway/identities.test.ts',
        'S2: at the third living duplicate within a minute newcomers are held off',
      ],
      ['services/gateway/identities.test.ts', 'S2: a newer connection on another gateway displaces ours'],
      ['services/gateway/identities.test.ts', 'S2: while an identity is fought for its upgrades get 503'],
    ],
    removed:
      'the ping; the security event at a pong; the check that a late end removes its own entry alone; the hold-off; the 503 while held off; the displacement by presence',
  },
  {
    id: 'S3',
    attack: 'guess passwords, flood handshakes',
    tests: [
      [limits, 'failed logins rest, for unknown identities alike'],
      [limits, 'guesses over many identities from one address rest too'],
    ],
  },
  {
    id: 'S4',
    attack: 'tell known identities from unknown ones',
    tests: [
      [badInput, 'unknown station and wrong password are refused alike'],
      [limits, 'a failed login is answered no sooner than a checked one'],
    ],
  },
  {
    id: 'S5',
    attack: 'an identity in the URL that is not that of user or certificate',
    tests: [
      [admission, 'another’s and none get the same 401'],
      [profiles, 'the CN is the registered serial number, or the identity where none is registered'],
    ],
  },
  {
    id: 'S6',
    attack: 'huge fields and frames',
    tests: [
      ['services/gateway/server.test.ts', 'one beyond the limit close the socket'],
      [sockets, 'S6: a frame of the limit is served, one byte more is told so and closed'],
      [badInput, 'a frame of 1 MB ends its socket, and no other'],
    ],
    removed: 'the check against the limit of a frame; the limit of what is read at all',
  },
  {
    id: 'S7',
    attack: 'a timestamp that poisons every later read',
    tests: [
      ['services/gateway/domain/edge.test.ts', 'the impossible is unreadable'],
      [flags, 'clocks in the future, before 2020 or unreadable are flagged'],
    ],
  },
  {
    id: 'S8',
    attack: 'stop a transaction of another station, or of nobody',
    tests: [
      ['services/sessions/domain/properties.test.ts', 'stations do not see each other'],
      [badInput, 'a stop for a transaction nobody started'],
      [badInput, 'S8: a stop that names another station’s transaction ends it not'],
    ],
  },
  {
    id: 'S9',
    attack: 'a stop register below the start, absurd energy',
    tests: [
      [flags, 'a stop register below the start gives no energy, and is flagged'],
      [flags, 'energy that no vehicle takes is flagged'],
    ],
    removed: 'each of the two flags',
  },
  {
    id: 'S10',
    attack: 'message ids used again',
    tests: [
      ['services/gateway/connection.test.ts', 'a repeat of the same message is answered again and recorded no more'],
    ],
  },
  {
    id: 'S11',
    attack: 'duplicate keys, __proto__, deep nesting, extra members',
    tests: [
      ['services/gateway/domain/frame.test.ts', '10,000 levels of nesting are refused before they are parsed'],
      ['security/attacks.test.ts', 'a payload that names prototypes changes none'],
    ],
  },
  {
    id: 'S12',
    attack: 'an error path that throws while it builds the error',
    tests: [['security/attacks.test.ts', 'an error is built of any id and any words']],
    removed: 'the cut of the description',
  },
  {
    id: 'S13',
    attack: 'CALLs before the boot was accepted',
    tests: [
      [badInput, 'a call before the boot is a SecurityError'],
      ['services/gateway/acceptance.test.ts', 'a station that was never accepted is told to boot first'],
    ],
    removed: 'the refusal before the boot; that a rejection takes the acceptance away',
  },
  {
    id: 'S14',
    attack: 'a lower security profile, old TLS, weak suites, an expired certificate',
    tests: [
      [profiles, 'a lower profile is refused though the password is right'],
      [profiles, '3 to 2 is let in where operator and station allow it'],
      ['e2e/certificate-life.stack.test.ts', 'revoked by its operator it opens nothing any more within seconds'],
      [tls, 'TLS 1.1, weak suites and an unknown server are no connection'],
      ['infra/haproxy/haproxy.test.ts', 'an expired certificate reaches no gateway'],
      ['infra/haproxy/haproxy.test.ts', 'a revoked certificate cannot resume its session either'],
    ],
  },
  {
    id: 'S15',
    attack: 'answers to CALLs that were never sent, late or doubled',
    tests: [
      ['services/gateway/note-exchange.test.ts', 'what is refused, malformed, not asked for or never answered'],
      [
        'services/gateway/connection.test.ts',
        'faulty frames are answered within the rate, a flood of them ends the socket',
      ],
      [
        'services/gateway/outbound.test.ts',
        'S15: an answer to what was never sent, another’s, doubled or late completes nothing',
      ],
    ],
    removed:
      'the comparison of ids; that a call is forgotten once it is answered; the count of faults; the silence (an answer nobody waits for threw)',
  },
  {
    id: 'S16',
    attack: 'script, SQL and line breaks in what stations write',
    tests: [
      ['security/attacks.test.ts', 'what a station writes stays data'],
      [flags, 'a NUL in a transactionId reaches no text column'],
    ],
  },
  {
    id: 'S17',
    attack: 'deflate bomb, fragments, floods of pings, a handshake that never ends',
    tests: [
      [sockets, 'S17: a deflate bomb ends its socket'],
      [sockets, 'S17: fragments add up to one frame, cut at twice its limit'],
      [sockets, 'S17: a handshake that never ends is given up'],
    ],
    removed:
      'the limit of inflated frames and of fragments; the pace of pings. The time of a handshake is the server’s own',
  },
  {
    id: 'S18',
    attack: 'URLs of firmware and diagnostics given to a hijacker',
    tests: [
      [files, 'firmware is downloaded once: the second whole download finds the link used'],
      [files, 'a link is nothing at another station, with another token, method or way'],
      [files, 'a log is uploaded once, kept, listed and read by operators of its tenant'],
      ['e2e/firmware-campaign.test.ts', 'the secret of a link stands in the commands topic alone'],
    ],
    removed:
      'that a used link is over; its time; that it is one station’s; the redaction of its secret in what is shown',
  },
  {
    id: 'S19',
    attack: 'mass commands by an API key; spoofed meters',
    tests: [
      ['services/operator/admission.test.ts', 'a key that calls too often waits'],
      ['services/operator/domain.test.ts', 'viewers read, operators change'],
      [flags, 'energy that no vehicle takes is flagged'],
      ['services/operator/admission.test.ts', 'S19: the door itself refuses what the role of a key does not allow'],
      ['services/operator/admission.test.ts', 'a tenant that the key is not for is refused whatever the path'],
    ],
    removed: 'the pace; the question for the role at the door; the rule of roles; the comparison of tenants; the flag',
  },
  {
    id: 'S20',
    attack: 'all stations return at once',
    tests: [
      [limits, 'a storm is let in at the rate'],
      [limits, 'S20: when no place is left nobody is even asked who he is'],
      [limits, 'S20: of stations whose passwords are being checked at once no more are let in than there are places'],
    ],
    removed: 'the look at the places on arrival; their taking once somebody is known; the line; the limit of flapping',
  },
  {
    id: 'S21',
    attack: 'a wrong subprotocol, a version that was not agreed on',
    tests: [
      [badInput, 'a wrong user, URL and subprotocol too'],
      [sockets, 'Q8: without a subprotocol, where none is allowed, the upgrade is refused'],
      ['services/gateway/admission.test.ts', 'S21: the version is the client’s first that we speak'],
    ],
    removed: 'the refusal of unknown subprotocols; the refusal of none',
  },
  {
    id: 'S22',
    attack: 'AuthorizationKey read through GetConfiguration, logs or tables',
    tests: [
      ['services/gateway/domain/redaction.test.ts', 'a secret that a station reads out to us is not kept'],
      ['services/gateway/rotate-password.test.ts', 'the log gets neither'],
      ['services/registry/rotations.kafka-postgres.test.ts', 'a password on its way lies sealed in the database'],
      ['e2e/secrets.stack.test.ts', 'no topic holds them'],
      ['e2e/secrets.stack.test.ts', 'no table of any service holds them'],
    ],
  },
];
