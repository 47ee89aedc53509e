/** What stands for a secret where it may be seen. */
export const HIDDEN = "********";

/** `scheme://user:password@host`: the password, as far as the last `@` before the host (WHATWG URL § 4.4). */
const PASSWORD = /(?<=:\/\/[^\s/:?#]*:)[^\s/?#]+(?=@)/;

/** Whether there is a password in this address, hidden or not. Never throws. */
export const holdsPassword = (text: string): boolean => PASSWORD.test(text);

/** The text with the password in an address hidden, if there is one. Never throws. */
export const hidePassword = (text: string): string => text.replace(PASSWORD, HIDDEN);
