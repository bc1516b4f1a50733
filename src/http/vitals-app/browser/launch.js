import { authorization, iss } from "./settings.js";

/* global FHIR */

const query = new URLSearchParams(location.search);
const launch = query.get("launch");
const status = document.querySelector("#status");

// Whoever made the link says which server to ask: only ours.
if (query.get("iss") !== iss || launch === null) {
	status.textContent = "This app is opened from Heart Recovery for a patient. This link is not one of its.";
	status.className = "bad";
} else {
	FHIR.oauth2.authorize(authorization(launch)).catch((error) => {
		status.textContent = `The app could not be opened: ${error.message}`;
		status.className = "bad";
	});
}
