// Settings: what this device answers other applications.
export const answers = {
  title: 'Answers for other apps',
  intro:
    'Other apps and pages can ask the models on this device as they ask the server, at the address {path}. So they go on working without a network.',
  who: 'Who answers them',
  remoteFirst: 'The server, else this device',
  remoteFirstHint:
    'What is asked goes to the server. This device answers when the server cannot be reached or has too much to do.',
  localFirst: 'This device, else the server',
  localFirstHint:
    'This device answers with the version that is here. The server is asked only for models that are not.',
  localOnly: 'This device only',
  localOnlyHint:
    'Nothing that an app asks leaves this device, whatever the app wants. Models that are not here stay unanswered.',
  active: 'This page computes for them, as long as it is open.',
  inactive: 'Not yet: what answers them is being set up. It is there when the app is opened again.',
  unable: 'This browser, or this window, cannot do it: there is no service worker.',
  sites: 'Sites that may embed it',
  noSites: 'None. Whoever runs the server can name some (HAVERSACK_EMBED_ORIGINS).',
  sitesUnknown: 'Not known: the server has not been reached.',
  asked: 'Answered on this device',
  nobody: 'Nobody has asked this device yet.',
  asker: 'Who asked',
  times: 'Answers',
  last: 'Last',
  thisApp: 'this app',
  unknown: 'unknown',
  forget: 'Clear this list',
} as const;
