// SPDX-License-Identifier: Apache-2.0

/**
 * Every limit, with its reason. A limit is enforced where the bytes arrive. Those that an administrator may change
 * are the defaults of the configuration schema; the rest are fixed by a protocol or by the design.
 */
const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = {
  /** Journal reports wrap the original in base64: 150 MB of attachments make over 200 MB on the wire. */
  maxMessageBytes: 250 * MiB,
  /** RFC 5321 §4.5.3.1.4 says 512; extensions and long mailbox addresses need more, RFC 5321 §4.1.1.11. */
  smtpCommandLineBytes: 4 * KiB,
  /** RFC 4954 §4: a server takes at least 12,288 octets of a base64 exchange. */
  saslLineBytes: 16 * KiB,
  /** RFC 2449 §4 says 255; user names of the proxy grammar are longer. */
  pop3CommandLineBytes: 1 * KiB,
  /** What is read of a line that is too long, to be in step again behind it; who sends more sends no line. */
  droppedLineBytes: 64 * KiB,
  /** RFC 5321 §4.5.3.1.8 wants at least 100; announced by LIMITS (RFC 9422). */
  recipientsPerTransaction: 1000,
  /** One sealed copy is made per mailbox while the content streams; each holds up to two chunks of 64 KiB. */
  mailboxesPerTransaction: 100,
  /** A peer that keeps erring is a probe or is broken; Postfix uses 20. */
  errorsPerSession: 20,
  /**
   * Effects of one conversation before the others have their turn: less than a millisecond. Ten thousand commands may
   * stand in one piece of input, and their replies take thirty times its room.
   */
  effectsPerTurn: 32,
  /**
   * EHLO, NOOP, RSET and the like since the last message that was kept: a keep-alive a minute for two hours. They cost us
   * far more than the peer. Postfix has 100 (smtpd_junk_command_limit).
   */
  commandsWithoutMail: 120,
  /** A session that never ends cannot be drained; a busy journal sender reconnects without loss. */
  commandsPerSession: 100_000,
  /** POP3 before signing in: a dozen are honest, and each CAPA answers thirty octets for one. Afterwards there is no limit. */
  pop3CommandsBeforeSignIn: 100,
  /** Descriptors and memory are finite: 12 KiB plain and 50 KiB TLS a connection. */
  connectionsTotal: 4000,
  /** One address must not take all; the large providers deliver from many addresses. */
  connectionsPerAddress: 200,
  /** RFC 5321 §4.5.3.2.7: a server waits at least five minutes for a command. */
  smtpIdleMs: 300_000,
  /** RFC 5321 §4.5.3.2: how long a client, which we are towards an upstream, waits for a reply. */
  upstreamReplyMs: 300_000,
  /** RFC 5321 §4.5.3.2.6: the verdict on a message comes late, and a message without one is kept as unknown. */
  upstreamVerdictMs: 600_000,
  /** Content goes to an upstream with CHUNKING in pieces of this size: each costs a round trip, and is held meanwhile. */
  relayChunkBytes: 128 * KiB,
  /** RFC 1939 §3: autologout after at least ten minutes. */
  pop3IdleMs: 600_000,
  /** Content slower than this is a slowloris, not a slow line; measured over `minimumRateWindowMs`. */
  minimumDataBytesPerSecond: 256,
  minimumRateWindowMs: 60_000,
  /** 250 MiB at 128 KiB/s; nothing honest takes longer. */
  transactionMs: 2_100_000,
  /** A TLS handshake is two round trips. */
  tlsHandshakeMs: 30_000,
  /** How often the files of the certificate are looked at: a renewal comes days before the old one ends. */
  certificateLookMs: 60_000,
  /** Time for running sessions to end when the gateway stops. */
  drainMs: 10_000,
  /** Below this a message shares a segment file, above it has a file of its own and is streamed. */
  segmentMessageBytes: 512 * KiB,
  /** What the POP3 proxy records has no limit of ours, but a record's header counts octets in 32 bits. */
  recordedMessageBytes: 2048 * MiB,
  /** Commands that a client of the POP3 proxy may have sent ahead; what comes behind them is read later. */
  pop3CommandsAhead: 64,
  /** Octets behind a message whose record is not durable yet: what comes at a gigabit while a disk syncs. */
  proxyHeldBytes: 1 * MiB,
  /** The same for all sessions together: sixty at the full rate. Beyond it each waits for its own record. */
  proxyHeldMemoryBytes: 64 * MiB,
  /** An upstream that answers nothing for so long is gone; large maildrops take minutes to be listed. */
  upstreamAnswerMs: 300_000,
  /** The least limit of what waits in a mailbox: a message of the largest size that is usual must fit in. */
  mailboxLeastWaitingBytes: 64 * MiB,
  /** Network threads at most: each has memory of its own, and the one store thread serves them all. */
  networkThreads: 64,
  /** A network thread that ended is started again after so long, and after twice as long each time it ends again soon. */
  networkThreadRestartMs: { first: 100, most: 30_000, steady: 60_000 },
  /** A network thread that does not answer for so long is not waited for. */
  networkThreadAnswerMs: 5_000,
  /** What may be on its way from the network thread to the store for one message before back-pressure. */
  depositWindowBytes: 512 * KiB,
  /**
   * What all messages on their way into the store may hold together: some 800 of 75 KB. Beyond it even small ones go to
   * a file each, at the pace of the disk, so that thousands of slow senders cannot fill the memory, nor stop the others.
   */
  depositMemoryBytes: 64 * MiB,
  /** A sealed header: each hybrid stanza takes 1.6 kB, and every stanza of ours costs an unwrapping. */
  sealedHeaderBytes: 64 * KiB,
  sealedHeaderStanzas: 32,
  /** Free space kept for the index and for pulling to go on. */
  diskReserveBytes: 256 * MiB,
  /** How long a second delivery of the same bytes is known as such: Google retries for eight days. */
  repeatedDeliveryMs: 10 * 24 * 3600 * 1000,
  /** Log lines that wait for a slow reader, some 8,000 of them; beyond this lines are lost, and counted. */
  logBufferBytes: 1 * MiB,
  /** Password checks at the same time; each takes 32 MiB or more and one core. */
  passwordChecksAtOnce: 2,
  /** Password checks that may wait; beyond this the answer is "try later". */
  passwordChecksWaiting: 64,
  /** What an administrator chooses carries few bits a character; NIST SP 800-63B wants 15 where nothing else protects. */
  administratorPasswordCharacters: 15,
  /** Longer is no safer, and all of it is hashed. */
  administratorPasswordBytes: 1024,
  /** Accounts are people; the list is kept in memory and scanned. */
  administrators: 1000,
  tokensPerAdministrator: 100,
  /** A token that nobody renews must end some day. */
  tokenLifetimeMs: 2 * 366 * 24 * 3600 * 1000,
  /** Argon2id takes 64 MiB each; so few people sign in that two at once are many. */
  administratorChecksAtOnce: 2,
  administratorChecksWaiting: 16,
  /** Somebody who went away from the screen; and a working day, after which the password is asked again. */
  signInIdleMs: 30 * 60_000,
  signInMs: 12 * 3600 * 1000,
  /** Browsers of one person. */
  signInsPerAdministrator: 20,
  /** Enough for some years of lost telephones; they fit on one printed page. */
  recoveryCodes: 10,
  /** Telephones, computers and keys of one person. */
  factorsPerAdministrator: 10,
  /** From the password to the second factor, or from the picture to the first code: time to fetch the telephone. */
  secondFactorMs: 300_000,
  /** Begun and not ended; the oldest is forgotten. Each took the right password, so honest people never meet it. */
  secondFactorsWaiting: 1000,
  /** Typing errors; then the password is asked again. */
  secondFactorTries: 5,
  /** Codes guessed for one account by somebody who has its password: 240 a day, each right with 3 in a million. */
  totpFailures: 10,
  totpFailureWindowMs: 3_600_000,
  /** The largest request is a mailbox with a long list of peers. */
  apiBodyBytes: 64 * KiB,
  apiHeaderBytes: 16 * KiB,
  /** What was missed while a browser was away for a moment. */
  eventsKept: 500,
  /** Each is a connection that stays. */
  eventFollowers: 100,
  /** What may wait for a reader of events before it is cut off: a thousand of them. */
  eventBacklogBytes: 256 * KiB,
  /** Below the minute after which routers forget a silent connection. */
  eventHeartbeatMs: 15_000,
  /** Entries read at a time for an export; with their settings some hundred kilobytes. */
  auditExportPage: 500,
  /** Ids and names in paths. */
  apiParameterCharacters: 200,
  /** The head and body of a request come in a few packets. */
  apiRequestMs: 30_000,
  apiKeepAliveMs: 10_000,
  /** A connection on which nothing goes either way, as when answers are not read; events have a heartbeat. */
  apiSilenceMs: 60_000,
  /**
   * Requests of one connection under way. Browsers and programs send the next when they have the answer; a thousand fit into
   * one packet, and the answers would all be made and held.
   */
  apiRequestsAhead: 4,
  /** Of all connections those to the console, so that mail has places left; one browser takes six. */
  apiConnections: 400,
  /** Twenty a second from one address are a program at work; more is a loop. */
  apiRequestsPerWindow: 1200,
  apiWindowMs: 60_000,
  /** A test message goes over loopback: a second is much. What waits longer waits for a disk that hangs. */
  testMessageMs: 20_000,
  /** Somebody who tries things out; more is a program that would fill a mailbox. */
  testMessagesPerWindow: 20,
  testMessageWindowMs: 60_000,
  /** A directory or an order is some kilobytes, a chain of certificates ten. */
  acmeAnswerBytes: 256 * KiB,
  acmeRequestMs: 30_000,
  /** With the wait of an authority, at most 30 s each, some minutes. */
  acmePolls: 60,
  acmePollMs: 2000,
  /** The authority calls from a handful of places; everybody else has nothing to do there. */
  acmeChallengeConnections: 50,
  acmeChallengeHeaderBytes: 8 * KiB,
  acmeChallengeMs: 10_000,
  /** Let's Encrypt lets five challenges an hour fail; the wait doubles from here to half a day. */
  acmeRetryMs: 15 * 60_000,
  acmeRetryLongestMs: 12 * 3600 * 1000,
  /** Whether a renewal is due is looked at so often. */
  acmeLookMs: 60_000,
  /** How often renewal information is asked for when the authority does not say (RFC 9773 §4.3.2). */
  acmeInfoMs: 6 * 3600 * 1000,
  /** An end that is nearer than this is an alarm: a renewal by itself would have come by then. */
  certificateEndsSoonMs: 14 * 24 * 3600 * 1000,
  /** Certificates in an uploaded chain: root, two intermediates and room. */
  certificateChain: 10,
  /** Wrong passwords per address before it must wait. */
  passwordFailuresPerAddress: 10,
  passwordFailureWindowMs: 300_000,
  /** Addresses whose failures are remembered; about 1 MB. */
  passwordFailureAddresses: 10_000,
  /** What an administrator can ask about in memory: some megabytes. Peers choose texts and addresses. */
  traffic: {
    refusals: { most: 5_000, mostCharacters: 400 },
    origins: { perMailbox: 50, mailboxes: 2_000 },
  },
  /** Points of a chart of activity: five weeks by the hour. */
  activityPoints: 1_000,
  /** Mailboxes that the overview names one by one for each kind of trouble; it tells how many there are. */
  attentionPerKind: 20,
  /** Mailboxes whose week the overview reads to know whether they are quiet; each takes some 170 rows. */
  quietMailboxesLookedAt: 200,
  /** What is wrong is looked at so often, and at once when the log tells of it. */
  noticeLookMs: 60_000,
  /** After an alarm: many come together, and each look takes some milliseconds. */
  noticeAlarmMs: 500,
  /** What is wrong at the end is written down, so that it is told after the next start. */
  noticeStopMs: 2000,
  /** Mailboxes are counted less often: whether one is pulled is a matter of days. */
  noticeMailboxLookMs: 10 * 60_000,
  /** What begins together goes in one notice: the failures that follow from one cause come within a second or two. */
  noticeGatherMs: 3000,
  /** More notices than these are not read any more; what is beyond gathers and goes in one. */
  noticesPerHour: 6,
  /** From here the pause after a failed delivery doubles: a mail server is updated in minutes, or broken for a night. */
  noticeRetryMs: 60_000,
  noticeRetryLongestMs: 3_600_000,
  /** What began and ended while a channel could not be reached. */
  noticesPassedKept: 100,
  /** Subjects that a notice names one by one under each heading; it tells how many more there are. */
  noticeSubjectsNamed: 20,
  /** A conversation with a mail server that greets late, or a request: some seconds, with patience for both. */
  noticeDeliveryMs: 60_000,
  /** A password or a secret, with room for a generated one. */
  noticeSecretBytes: 1024,
  /** Damaged large messages that are refused at once when they are pulled again: more means that the disk is gone. */
  rememberedBrokenMessages: 10_000,
} as const;
