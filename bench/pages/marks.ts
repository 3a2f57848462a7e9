// The name under which app and peer mark their first answer (User Timing).
export const firstPredictionMark = 'haversack:first-prediction';
