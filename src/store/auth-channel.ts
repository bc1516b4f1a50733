/** The channel on which servers hear that tokens ended early, or an account, a grant or an app changed (trigger `auth.tell`). */
export const authChanged = "auth_changed";
