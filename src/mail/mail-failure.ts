/** Why a mail was not taken. The message names no address and quotes nothing of the mail. */
export class MailFailure extends Error {
	/** Sending again later can help; false where the server refused the mail or the recipient for good. */
	readonly isTransient: boolean;

	constructor(message: string, isTransient: boolean) {
		super(message);
		this.isTransient = isTransient;
	}
}
