-- Written by test/src/store/migrate.test.ts from the catalog of a migrated database; see README.md.

-- columns
alerting.cause rule_id text not null
alerting.cause source_table text not null
alerting.cause source_id integer not null
alerting.cause user_id integer not null
alerting.cause alert_id integer
alerting.cause severity text not null
alerting.cause at timestamp(3) with time zone not null
alerting.delivery id bigint not null generated always as identity
alerting.delivery alert_id integer not null
alerting.delivery user_id integer not null
alerting.delivery channel text not null
alerting.delivery severity text not null
alerting.delivery state text not null default 'waiting'::text
alerting.delivery attempts integer not null default 0
alerting.delivery reason text
alerting.delivery created_at timestamp(3) with time zone not null default now()
alerting.delivery updated_at timestamp(3) with time zone not null default now()
alerting.feed xid xid8 not null default pg_current_xact_id()
alerting.feed id bigint not null generated always as identity
alerting.feed alert_id integer not null
alerting.feed user_id integer not null
alerting.feed what text not null
alerting.feed at timestamp(3) with time zone not null default clock_timestamp()
alerting.raised alert_id integer not null
alerting.raised rule_id text not null
alerting.raised user_id integer not null
alerting.raised open boolean not null
alerting.raised severity text not null
alerting.raised first_at timestamp(3) with time zone not null
alerting.raised last_at timestamp(3) with time zone not null
alerting.raised baseline double precision
alerting.raised closed_at timestamp(3) with time zone
alerting.raised closed_by text
alerting.read alert_id integer not null
alerting.read user_id integer not null
alerting.read read_at timestamp(3) with time zone not null default now()
alerting.rule_change rule_id text not null
alerting.rule_change enabled boolean not null
alerting.rule_change levels jsonb not null
alerting.rule_change recovery jsonb
alerting.rule_change changed_by integer not null
alerting.rule_change changed_at timestamp(3) with time zone not null default now()
audit.access_log id bigint not null generated always as identity
audit.access_log at timestamp(3) with time zone not null default clock_timestamp()
audit.access_log actor text not null
audit.access_log user_id integer
audit.access_log action text not null
audit.access_log target text not null
audit.access_log returned text[]
audit.access_log patients integer[]
audit.access_log request_id text not null
audit.access_log outcome text not null
auth.app_grant id text not null
auth.app_grant client_id text not null
auth.app_grant user_id integer not null
auth.app_grant patient_id integer
auth.app_grant encounter text
auth.app_grant scopes text not null
auth.app_grant granted_at timestamp(3) with time zone not null default now()
auth.attempt id bigint not null generated always as identity
auth.attempt account text not null
auth.attempt address text not null
auth.attempt at timestamp(3) with time zone not null default now()
auth.client id text not null
auth.client name text not null
auth.client auth_method text not null
auth.client secret_hash bytea
auth.client jwks json
auth.client jwks_uri text
auth.client redirect_uris text[] not null default '{}'::text[]
auth.client launch_url text
auth.client grant_types text[] not null
auth.client scopes text
auth.client created_at timestamp(3) with time zone not null default now()
auth.client updated_at timestamp(3) with time zone not null default now()
auth.client registered_itself boolean not null default false
auth.client registration_hash bytea
auth.identity_link id integer not null generated always as identity
auth.identity_link issuer text not null
auth.identity_link subject text not null
auth.identity_link user_id integer not null
auth.identity_link made_by text not null
auth.identity_link created_at timestamp(3) with time zone not null default now()
auth.identity_link used_at timestamp(3) with time zone
auth.launch hash bytea not null
auth.launch client_id text not null
auth.launch user_id integer not null
auth.launch patient_id integer not null
auth.launch encounter text
auth.launch created_at timestamp(3) with time zone not null default now()
auth.launch expires_at timestamp(3) with time zone not null
auth.launch used_at timestamp(3) with time zone
auth.password_reset hash bytea not null
auth.password_reset user_id integer not null
auth.password_reset created_at timestamp(3) with time zone not null default now()
auth.password_reset expires_at timestamp(3) with time zone not null
auth.record model text not null
auth.record id bytea not null
auth.record payload json not null
auth.record grant_id text
auth.record uid text
auth.record consumed_at timestamp(3) with time zone
auth.record expires_at timestamp(3) with time zone not null
auth.signing_key kid text not null
auth.signing_key alg text not null
auth.signing_key sealed text not null
auth.signing_key created_at timestamp(3) with time zone not null default now()
auth.signing_key retired_at timestamp(3) with time zone
auth.token hash bytea not null
auth.token user_id integer not null
auth.token created_at timestamp(3) with time zone not null default now()
auth.token expires_at timestamp(3) with time zone not null
auth.token last_used_at timestamp(3) with time zone
auth.unproven_address user_id integer not null
devices.apart connection_id integer not null
devices.apart external_id text not null
devices.apart other_connection_id integer not null
devices.apart other_external_id text not null
devices.audience vendor text not null
devices.audience audience text not null
devices.budget vendor text not null
devices.budget name text not null
devices.budget most integer not null
devices.budget used integer not null
devices.budget ends_at timestamp(3) with time zone not null
devices.connection connection_id integer not null
devices.connection vendor_user_id text
devices.connection scopes text
devices.connection secrets text
devices.connection state text not null default 'connected'::text
devices.connection last_error text
devices.connection last_error_at timestamp(3) with time zone
devices.connection failures integer not null default 0
devices.connection next_sync_at timestamp(3) with time zone
devices.connection backfill_log_id integer
devices.connection backfilled boolean not null default false
devices.connection lease_holder uuid
devices.connection lease_until timestamp with time zone
devices.connection lease_log_id integer
devices.connection turn_at timestamp(3) with time zone
devices.connection spent_requests integer not null default 0
devices.connection spent_until timestamp(3) with time zone
devices.cursor connection_id integer not null
devices.cursor feed text not null
devices.cursor complete_until timestamp(3) with time zone
devices.cursor complete_from timestamp(3) with time zone
devices.cursor pull_position text
devices.cursor backfill_position text
devices.event vendor text not null
devices.event digest bytea not null
devices.event received_at timestamp(3) with time zone not null default now()
devices.handshake state bytea not null
devices.handshake user_id integer not null
devices.handshake vendor text not null
devices.handshake expires_at timestamp(3) with time zone not null
devices.hidden table_name text not null
devices.hidden row_id integer not null
devices.payload id bigint not null generated always as identity
devices.payload connection_id integer not null
devices.payload feed text not null
devices.payload sealed text not null
devices.payload keep_until timestamp(3) with time zone not null
devices.provenance id integer not null generated always as identity
devices.provenance user_id integer not null
devices.provenance device_connection_id integer not null
devices.provenance vendor text not null
devices.provenance source text not null
devices.provenance software text not null default 'Heart recovery FHIR server, device pulls'::text
devices.provenance device_sync_log_id integer
devices.provenance action text not null
devices.provenance targets jsonb not null
devices.provenance updated_at timestamp(3) with time zone not null default date_trunc('milliseconds'::text, now())
devices.provenance version integer not null default 1
devices.record connection_id integer not null
devices.record kind text not null
devices.record external_id text not null
devices.record user_id integer not null
devices.record feed text not null
devices.record table_name text not null
devices.record row_id integer
devices.record state text not null default 'shown'::text
devices.record linked_to integer
devices.record at timestamp(3) with time zone not null
devices.record ended_at timestamp(3) with time zone not null
devices.record changed_at timestamp(3) with time zone
devices.record measure text not null
devices.record listed bytea
devices.record detailed boolean not null
devices.record payload_id bigint
devices.record sync_log_id integer
devices.revocation id bigint not null generated always as identity
devices.revocation connection_id integer not null
devices.revocation vendor text not null
devices.revocation vendor_user_id text
devices.revocation access_token text not null
devices.revocation refresh_token text
devices.revocation token_expiry timestamp(3) with time zone
devices.revocation url text
devices.revocation attempts integer not null default 0
devices.revocation next_at timestamp with time zone not null default now()
devices.revocation keep_until timestamp with time zone not null default (now() + '3 days'::interval)
devices.subscription vendor text not null
devices.subscription vendor_id text
devices.subscription secret text
fhir.answer actor text not null
fhir.answer key bytea not null
fhir.answer entry integer not null
fhir.answer user_id integer not null
fhir.answer fingerprint bytea not null
fhir.answer status smallint
fhir.answer headers text
fhir.answer body text
fhir.answer touched text
fhir.answer expires_at timestamp(3) with time zone not null default (now() + '24:00:00'::interval)
fhir.claim table_name text not null
fhir.claim row_id integer not null
fhir.date_value param text
fhir.date_value lo timestamp with time zone
fhir.date_value hi timestamp with time zone
fhir.export id text not null
fhir.export actor text not null
fhir.export user_id integer not null
fhir.export grant_id text
fhir.export client_id text
fhir.export scope text
fhir.export token_hash bytea not null
fhir.export token_expires_at timestamp with time zone not null
fhir.export request text not null
fhir.export address text not null
fhir.export state text not null default 'accepted'::text
fhir.export attempt integer not null default 0
fhir.export transaction_time timestamp(3) with time zone
fhir.export progress text
fhir.export failure_kind text
fhir.export failure text
fhir.export created_at timestamp(3) with time zone not null default now()
fhir.export touched_at timestamp(3) with time zone not null default now()
fhir.export expires_at timestamp(3) with time zone not null
fhir.export polls integer not null default 0
fhir.export polls_since timestamp(3) with time zone
fhir.export_file export_id text not null
fhir.export_file attempt integer not null
fhir.export_file number integer not null
fhir.export_file kind text not null
fhir.export_file type text not null
fhir.export_file resources integer not null
fhir.export_file bytes bigint not null
fhir.export_file stored_bytes bigint not null
fhir.export_file crc bigint not null
fhir.export_file people integer[] not null default '{}'::integer[]
fhir.export_piece export_id text not null
fhir.export_piece attempt integer not null
fhir.export_piece file integer not null
fhir.export_piece number integer not null
fhir.export_piece user_id integer not null
fhir.export_piece people integer[] not null
fhir.export_piece body bytea not null
fhir.number_value param text
fhir.number_value lo numeric
fhir.number_value hi numeric
fhir.number_value value numeric
fhir.number_value system text
fhir.number_value code text
fhir.number_value unit text
fhir.person patient_id integer not null
fhir.person fhir_id text not null
fhir.person user_id integer
fhir.person subject boolean not null default false
fhir.resource key bigint not null generated always as identity
fhir.resource type text not null
fhir.resource id text not null
fhir.resource version integer not null default 1
fhir.resource last_updated timestamp(3) with time zone not null default now()
fhir.resource user_id integer
fhir.resource owner integer not null default COALESCE(user_id, 0)
fhir.resource created_by integer
fhir.resource shared boolean not null default false
fhir.resource table_name text
fhir.resource row_id integer
fhir.resource part text
fhir.resource deleted boolean not null default false
fhir.resource meta text
fhir.resource body text
fhir.resource overrides text[] not null default '{}'::text[]
fhir.resource overridden boolean not null default (overrides <> '{}'::text[])
fhir.resource chart_overridden boolean not null default (overrides && '{category,code,date,effective,status}'::text[])
fhir.resource guards jsonb
fhir.resource at timestamp with time zone
fhir.resource terms text[] not null default '{}'::text[]
fhir.resource strings fhir.string_value[] not null default '{}'::fhir.string_value[]
fhir.resource dates fhir.date_value[] not null default '{}'::fhir.date_value[]
fhir.resource numbers fhir.number_value[] not null default '{}'::fhir.number_value[]
fhir.resource_history type text not null
fhir.resource_history id text not null
fhir.resource_history version integer not null
fhir.resource_history last_updated timestamp(3) with time zone not null
fhir.resource_history user_id integer
fhir.resource_history created_by integer
fhir.resource_history shared boolean not null
fhir.resource_history table_name text
fhir.resource_history row_id integer
fhir.resource_history part text
fhir.resource_history deleted boolean not null
fhir.resource_history meta text
fhir.resource_history body text
fhir.resource_history sealed boolean not null default false
fhir.row_history table_name text not null
fhir.row_history row_id integer not null
fhir.row_history version integer not null
fhir.row_history op character(1) not null
fhir.row_history at timestamp(3) with time zone not null
fhir.row_history user_id integer
fhir.row_history therapist_id integer
fhir.row_history image jsonb
fhir.row_history sealed boolean not null default false
fhir.string_value param text
fhir.string_value norm text
fhir.string_value exact text
public.activities id integer not null default nextval('public.activities_id_seq'::regclass)
public.activities routine_id integer not null
public.activities name character varying(255) not null
public.activities description text
public.activities duration integer
public.activities order integer
public.activities created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.activities updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.activities version integer not null default 1
public.activities fhir_residue text
public.alerts id integer not null default nextval('public.alerts_id_seq'::regclass)
public.alerts user_id integer not null
public.alerts type character varying(255) not null
public.alerts severity text
public.alerts title character varying(255) not null
public.alerts message text
public.alerts is_resolved boolean
public.alerts resolved_at timestamp with time zone
public.alerts notified boolean
public.alerts created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.alerts updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.alerts version integer not null default 1
public.alerts fhir_residue text
public.calendar_events id integer not null default nextval('public.calendar_events_id_seq'::regclass)
public.calendar_events calendar_id integer not null
public.calendar_events user_id integer not null
public.calendar_events title character varying(255) not null
public.calendar_events description text
public.calendar_events start_time timestamp with time zone not null
public.calendar_events end_time timestamp with time zone
public.calendar_events is_all_day boolean
public.calendar_events location character varying(255)
public.calendar_events category character varying(255)
public.calendar_events status text
public.calendar_events recurrence_rule character varying(255)
public.calendar_events recurrence_exception text
public.calendar_events parent_event_id integer
public.calendar_events color character varying(255)
public.calendar_events created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.calendar_events updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.calendar_events version integer not null default 1
public.calendar_events fhir_residue text
public.calendars id integer not null default nextval('public.calendars_id_seq'::regclass)
public.calendars user_id integer not null
public.calendars name character varying(255) not null
public.calendars color character varying(255)
public.calendars description text
public.calendars is_default boolean
public.calendars is_visible boolean
public.calendars created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.calendars updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.calendars version integer not null default 1
public.calendars fhir_residue text
public.daily_scores id integer not null default nextval('public.daily_scores_id_seq'::regclass)
public.daily_scores user_id integer not null
public.daily_scores date date not null
public.daily_scores overall_score integer
public.daily_scores exercise_score integer
public.daily_scores nutrition_score integer
public.daily_scores sleep_score integer
public.daily_scores medication_score integer
public.daily_scores vitals_score integer
public.daily_scores notes text
public.daily_scores created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.daily_scores updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.daily_scores version integer not null default 1
public.daily_scores fhir_residue text
public.device_connections id integer not null default nextval('public.device_connections_id_seq'::regclass)
public.device_connections user_id integer not null
public.device_connections device_type text not null
public.device_connections device_name character varying(255)
public.device_connections access_token character varying(8192)
public.device_connections refresh_token character varying(8192)
public.device_connections token_expiry timestamp with time zone
public.device_connections is_active boolean
public.device_connections last_sync_at timestamp with time zone
public.device_connections sync_frequency character varying(255)
public.device_connections settings jsonb
public.device_connections created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.device_connections updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.device_connections version integer not null default 1
public.device_connections fhir_residue text
public.device_sync_logs id integer not null default nextval('public.device_sync_logs_id_seq'::regclass)
public.device_sync_logs device_connection_id integer not null
public.device_sync_logs sync_started_at timestamp with time zone not null
public.device_sync_logs sync_completed_at timestamp with time zone
public.device_sync_logs status text
public.device_sync_logs records_synced integer
public.device_sync_logs error_message text
public.device_sync_logs created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.device_sync_logs version integer not null default 1
public.device_sync_logs fhir_residue text
public.event_templates id integer not null default nextval('public.event_templates_id_seq'::regclass)
public.event_templates user_id integer
public.event_templates name character varying(255) not null
public.event_templates description text
public.event_templates category character varying(255)
public.event_templates duration integer
public.event_templates color character varying(255)
public.event_templates is_active boolean
public.event_templates created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.event_templates updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.event_templates version integer not null default 1
public.event_templates fhir_residue text
public.exercise_logs id integer not null default nextval('public.exercise_logs_id_seq'::regclass)
public.exercise_logs user_id integer not null
public.exercise_logs exercise_id integer
public.exercise_logs prescription_id integer
public.exercise_logs duration integer
public.exercise_logs distance double precision
public.exercise_logs calories integer
public.exercise_logs avg_heart_rate integer
public.exercise_logs max_heart_rate integer
public.exercise_logs intensity character varying(255)
public.exercise_logs completed_at timestamp with time zone not null
public.exercise_logs notes text
public.exercise_logs created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.exercise_logs updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.exercise_logs version integer not null default 1
public.exercise_logs device_connection_id integer
public.exercise_logs device_record text
public.exercise_logs fhir_residue text
public.exercise_prescriptions id integer not null default nextval('public.exercise_prescriptions_id_seq'::regclass)
public.exercise_prescriptions patient_id integer not null
public.exercise_prescriptions exercise_id integer not null
public.exercise_prescriptions sets integer
public.exercise_prescriptions reps integer
public.exercise_prescriptions duration integer
public.exercise_prescriptions frequency character varying(255)
public.exercise_prescriptions intensity character varying(255)
public.exercise_prescriptions start_date date
public.exercise_prescriptions end_date date
public.exercise_prescriptions status text
public.exercise_prescriptions notes text
public.exercise_prescriptions created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.exercise_prescriptions updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.exercise_prescriptions version integer not null default 1
public.exercise_prescriptions fhir_residue text
public.exercises id integer not null default nextval('public.exercises_id_seq'::regclass)
public.exercises name character varying(255) not null
public.exercises category character varying(255)
public.exercises description text
public.exercises instructions text
public.exercises video_url character varying(255)
public.exercises image_url character varying(255)
public.exercises difficulty text
public.exercises target_muscles character varying(255)
public.exercises equipment character varying(255)
public.exercises is_active boolean
public.exercises created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.exercises updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.exercises version integer not null default 1
public.exercises fhir_residue text
public.food_categories id integer not null default nextval('public.food_categories_id_seq'::regclass)
public.food_categories name character varying(255) not null
public.food_categories description text
public.food_categories created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.food_categories updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.food_categories version integer not null default 1
public.food_categories fhir_residue text
public.food_items id integer not null default nextval('public.food_items_id_seq'::regclass)
public.food_items category_id integer
public.food_items name character varying(255) not null
public.food_items serving_size character varying(255)
public.food_items calories integer
public.food_items protein double precision
public.food_items carbs double precision
public.food_items fat double precision
public.food_items fiber double precision
public.food_items sodium integer
public.food_items health_rating integer
public.food_items notes text
public.food_items created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.food_items updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.food_items version integer not null default 1
public.food_items fhir_residue text
public.hydration_logs id integer not null default nextval('public.hydration_logs_id_seq'::regclass)
public.hydration_logs user_id integer not null
public.hydration_logs log_date date not null
public.hydration_logs amount_oz double precision not null
public.hydration_logs goal_oz double precision
public.hydration_logs notes text
public.hydration_logs created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.hydration_logs updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.hydration_logs version integer not null default 1
public.hydration_logs fhir_residue text
public.meal_entries id integer not null default nextval('public.meal_entries_id_seq'::regclass)
public.meal_entries user_id integer not null
public.meal_entries meal_type text
public.meal_entries meal_time timestamp with time zone not null
public.meal_entries total_calories integer
public.meal_entries total_protein double precision
public.meal_entries total_carbs double precision
public.meal_entries total_fat double precision
public.meal_entries notes text
public.meal_entries created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.meal_entries updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.meal_entries version integer not null default 1
public.meal_entries fhir_residue text
public.meal_item_entries id integer not null default nextval('public.meal_item_entries_id_seq'::regclass)
public.meal_item_entries meal_entry_id integer not null
public.meal_item_entries food_item_id integer
public.meal_item_entries quantity double precision
public.meal_item_entries custom_food_name character varying(255)
public.meal_item_entries custom_calories integer
public.meal_item_entries created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.meal_item_entries updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.meal_item_entries version integer not null default 1
public.meal_item_entries fhir_residue text
public.medication_logs id integer not null default nextval('public.medication_logs_id_seq'::regclass)
public.medication_logs medication_id integer not null
public.medication_logs user_id integer not null
public.medication_logs taken_at timestamp with time zone not null
public.medication_logs dosage_taken character varying(255)
public.medication_logs notes text
public.medication_logs created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.medication_logs updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.medication_logs version integer not null default 1
public.medication_logs fhir_residue text
public.medications id integer not null default nextval('public.medications_id_seq'::regclass)
public.medications user_id integer not null
public.medications name character varying(255) not null
public.medications dosage character varying(255)
public.medications frequency character varying(255)
public.medications time_of_day character varying(255)
public.medications start_date date
public.medications end_date date
public.medications prescribed_by character varying(255)
public.medications purpose character varying(255)
public.medications side_effects character varying(255)
public.medications instructions text
public.medications is_active boolean
public.medications created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.medications updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.medications version integer not null default 1
public.medications fhir_residue text
public.patients id integer not null default nextval('public.patients_id_seq'::regclass)
public.patients therapist_id integer not null
public.patients user_id integer
public.patients first_name character varying(255)
public.patients last_name character varying(255)
public.patients name character varying(255) not null
public.patients date_of_birth date
public.patients gender text
public.patients age integer
public.patients email character varying(255)
public.patients primary_phone character varying(255)
public.patients primary_phone_type text
public.patients alternate_phone character varying(255)
public.patients preferred_contact_method text
public.patients best_time_to_contact text
public.patients street_address character varying(255)
public.patients city character varying(255)
public.patients state character varying(255)
public.patients postal_code character varying(255)
public.patients country character varying(255)
public.patients emergency_contact1_name character varying(255)
public.patients emergency_contact1_relationship character varying(255)
public.patients emergency_contact1_phone character varying(255)
public.patients emergency_contact2_name character varying(255)
public.patients emergency_contact2_phone character varying(255)
public.patients surgery_date date
public.patients post_op_week integer
public.patients surgery_type character varying(255)
public.patients discharge_summary text
public.patients medication_allergies character varying(255)
public.patients other_allergies character varying(255)
public.patients chronic_conditions character varying(255)
public.patients smoking_status text
public.patients alcohol_use text
public.patients occupation character varying(255)
public.patients education character varying(255)
public.patients living_situation character varying(255)
public.patients primary_caregiver character varying(255)
public.patients insurance_provider character varying(255)
public.patients insurance_policy_number character varying(255)
public.patients insurance_group_number character varying(255)
public.patients preferred_pharmacy character varying(255)
public.patients pharmacy_phone character varying(255)
public.patients current_stage character varying(255)
public.patients target_heart_rate integer
public.patients max_heart_rate integer
public.patients resting_heart_rate integer
public.patients blood_pressure_goal character varying(255)
public.patients weight_goal double precision
public.patients notes text
public.patients is_active boolean
public.patients created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.patients updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.patients version integer not null default 1
public.patients fhir_residue text
public.physical_therapy_phases id integer not null default nextval('public.physical_therapy_phases_id_seq'::regclass)
public.physical_therapy_phases name character varying(255) not null
public.physical_therapy_phases week_start integer not null
public.physical_therapy_phases week_end integer not null
public.physical_therapy_phases description text
public.physical_therapy_phases goals text
public.physical_therapy_phases restrictions text
public.physical_therapy_phases created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.physical_therapy_phases updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.physical_therapy_phases version integer not null default 1
public.physical_therapy_phases fhir_residue text
public.providers id integer not null default nextval('public.providers_id_seq'::regclass)
public.providers user_id integer not null
public.providers name character varying(255) not null
public.providers specialty character varying(255)
public.providers phone character varying(255)
public.providers email character varying(255)
public.providers address character varying(255)
public.providers notes text
public.providers next_appointment timestamp with time zone
public.providers created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.providers updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.providers version integer not null default 1
public.providers fhir_residue text
public.sleep_logs id integer not null default nextval('public.sleep_logs_id_seq'::regclass)
public.sleep_logs user_id integer not null
public.sleep_logs sleep_date date not null
public.sleep_logs bedtime timestamp with time zone
public.sleep_logs wake_time timestamp with time zone
public.sleep_logs total_hours double precision
public.sleep_logs quality integer
public.sleep_logs interruptions integer
public.sleep_logs notes text
public.sleep_logs created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.sleep_logs updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.sleep_logs version integer not null default 1
public.sleep_logs device_connection_id integer
public.sleep_logs device_record text
public.sleep_logs fhir_residue text
public.therapy_goals id integer not null default nextval('public.therapy_goals_id_seq'::regclass)
public.therapy_goals user_id integer not null
public.therapy_goals title character varying(255) not null
public.therapy_goals description text
public.therapy_goals category character varying(255)
public.therapy_goals target_date date
public.therapy_goals progress integer
public.therapy_goals status text
public.therapy_goals created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.therapy_goals updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.therapy_goals version integer not null default 1
public.therapy_goals fhir_residue text
public.therapy_routines id integer not null default nextval('public.therapy_routines_id_seq'::regclass)
public.therapy_routines phase_id integer not null
public.therapy_routines name character varying(255) not null
public.therapy_routines description text
public.therapy_routines frequency character varying(255)
public.therapy_routines created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.therapy_routines updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.therapy_routines version integer not null default 1
public.therapy_routines fhir_residue text
public.users id integer not null default nextval('public.users_id_seq'::regclass)
public.users email character varying(255) not null
public.users password character varying(255)
public.users name character varying(255) not null
public.users phone_number character varying(255)
public.users emergency_contact character varying(255)
public.users emergency_phone character varying(255)
public.users doctor_name character varying(255)
public.users doctor_phone character varying(255)
public.users profile_photo character varying(255)
public.users timezone character varying(255) default 'America/New_York'::character varying
public.users role text default 'patient'::text
public.users created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.users updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.users version integer not null default 1
public.users fhir_residue text
public.vitals_samples id integer not null default nextval('public.vitals_samples_id_seq'::regclass)
public.vitals_samples user_id integer not null
public.vitals_samples systolic_bp integer
public.vitals_samples diastolic_bp integer
public.vitals_samples heart_rate integer
public.vitals_samples weight double precision
public.vitals_samples oxygen_saturation integer
public.vitals_samples temperature double precision
public.vitals_samples recorded_at timestamp with time zone not null
public.vitals_samples notes text
public.vitals_samples created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.vitals_samples updated_at timestamp with time zone not null default date_trunc('milliseconds'::text, now())
public.vitals_samples version integer not null default 1
public.vitals_samples device_connection_id integer
public.vitals_samples device_record text
public.vitals_samples fhir_residue text
scoring.explanation user_id integer not null
scoring.explanation date date not null
scoring.explanation parts jsonb not null
scoring.explanation zone text not null
scoring.explanation computed_at timestamp(3) with time zone not null default now()
scoring.late user_id integer not null
scoring.late day date not null
scoring.late reach integer not null
scoring.late at timestamp(3) with time zone not null default clock_timestamp()

-- constraints
alerting.cause cause_alert_foreign FOREIGN KEY (alert_id) REFERENCES public.alerts(id) ON DELETE SET NULL
alerting.cause cause_pkey PRIMARY KEY (rule_id, source_table, source_id)
alerting.delivery delivery_alert_foreign FOREIGN KEY (alert_id) REFERENCES public.alerts(id) ON DELETE CASCADE
alerting.delivery delivery_channel_check CHECK ((channel = ANY (ARRAY['mail'::text, 'sms'::text])))
alerting.delivery delivery_once UNIQUE (alert_id, user_id, channel, severity)
alerting.delivery delivery_pkey PRIMARY KEY (id)
alerting.delivery delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'refused'::text, 'given-up'::text, 'dropped'::text])))
alerting.feed feed_pkey PRIMARY KEY (xid, id)
alerting.raised raised_alert_foreign FOREIGN KEY (alert_id) REFERENCES public.alerts(id) ON DELETE CASCADE
alerting.raised raised_closed_by_check CHECK ((closed_by = ANY (ARRAY['people'::text, 'recovery'::text, 'withdrawal'::text])))
alerting.raised raised_pkey PRIMARY KEY (alert_id)
alerting.read read_alert_foreign FOREIGN KEY (alert_id) REFERENCES public.alerts(id) ON DELETE CASCADE
alerting.read read_pkey PRIMARY KEY (user_id, alert_id)
alerting.rule_change rule_change_pkey PRIMARY KEY (rule_id)
auth.app_grant app_grant_client_id_foreign FOREIGN KEY (client_id) REFERENCES auth.client(id) ON DELETE CASCADE
auth.app_grant app_grant_patient_id_foreign FOREIGN KEY (patient_id) REFERENCES public.patients(id) ON DELETE CASCADE
auth.app_grant app_grant_pkey PRIMARY KEY (id)
auth.app_grant app_grant_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE
auth.attempt attempt_pkey PRIMARY KEY (id)
auth.client client_auth_method_check CHECK ((auth_method = ANY (ARRAY['none'::text, 'client_secret_basic'::text, 'private_key_jwt'::text])))
auth.client client_keys_check CHECK (((auth_method = 'private_key_jwt'::text) = (num_nonnulls(jwks, jwks_uri) = 1)))
auth.client client_pkey PRIMARY KEY (id)
auth.client client_registration_check CHECK ((registered_itself = (registration_hash IS NOT NULL)))
auth.client client_secret_check CHECK (((auth_method = 'client_secret_basic'::text) = (secret_hash IS NOT NULL)))
auth.identity_link identity_link_made_by_check CHECK ((made_by = ANY (ARRAY['email'::text, 'administrator'::text])))
auth.identity_link identity_link_pkey PRIMARY KEY (id)
auth.identity_link identity_link_subject_unique UNIQUE (issuer, subject)
auth.identity_link identity_link_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE
auth.launch launch_client_id_foreign FOREIGN KEY (client_id) REFERENCES auth.client(id) ON DELETE CASCADE
auth.launch launch_patient_id_foreign FOREIGN KEY (patient_id) REFERENCES public.patients(id) ON DELETE CASCADE
auth.launch launch_pkey PRIMARY KEY (hash)
auth.launch launch_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE
auth.password_reset password_reset_pkey PRIMARY KEY (hash)
auth.password_reset password_reset_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE
auth.record record_pkey PRIMARY KEY (model, id)
auth.signing_key signing_key_pkey PRIMARY KEY (kid)
auth.token token_pkey PRIMARY KEY (hash)
auth.token token_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE
auth.unproven_address unproven_address_pkey PRIMARY KEY (user_id)
auth.unproven_address unproven_address_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE
devices.apart apart_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.device_connections(id) ON DELETE CASCADE
devices.apart apart_other_connection_id_fkey FOREIGN KEY (other_connection_id) REFERENCES public.device_connections(id) ON DELETE CASCADE
devices.apart apart_pkey PRIMARY KEY (connection_id, external_id, other_connection_id, other_external_id)
devices.audience audience_check CHECK ((audience = ANY (ARRAY['owner'::text, 'care-team'::text])))
devices.audience audience_pkey PRIMARY KEY (vendor)
devices.budget budget_pkey PRIMARY KEY (vendor, name)
devices.connection connection_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.device_connections(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
devices.connection connection_pkey PRIMARY KEY (connection_id)
devices.connection connection_state_check CHECK ((state = ANY (ARRAY['connected'::text, 'reconnect'::text, 'disconnected'::text])))
devices.cursor cursor_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.device_connections(id) ON DELETE CASCADE
devices.cursor cursor_pkey PRIMARY KEY (connection_id, feed)
devices.event event_pkey PRIMARY KEY (vendor, digest)
devices.handshake handshake_pkey PRIMARY KEY (state)
devices.handshake handshake_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE
devices.hidden hidden_pkey PRIMARY KEY (table_name, row_id)
devices.payload payload_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.device_connections(id) ON DELETE CASCADE
devices.payload payload_pkey PRIMARY KEY (id)
devices.provenance provenance_action_check CHECK ((action = ANY (ARRAY['CREATE'::text, 'UPDATE'::text, 'DELETE'::text])))
devices.provenance provenance_pkey PRIMARY KEY (id)
devices.record record_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.device_connections(id) ON DELETE CASCADE
devices.record record_payload_id_fkey FOREIGN KEY (payload_id) REFERENCES devices.payload(id) ON DELETE SET NULL
devices.record record_pkey PRIMARY KEY (connection_id, kind, external_id)
devices.record record_state_check CHECK ((state = ANY (ARRAY['shown'::text, 'linked'::text, 'removed'::text, 'gone'::text])))
devices.revocation revocation_pkey PRIMARY KEY (id)
devices.subscription subscription_pkey PRIMARY KEY (vendor)
fhir.answer answer_pkey PRIMARY KEY (actor, key, entry)
fhir.claim claim_pkey PRIMARY KEY (table_name, row_id)
fhir.export export_pkey PRIMARY KEY (id)
fhir.export export_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'running'::text, 'complete'::text, 'failed'::text])))
fhir.export_file export_file_export_id_fkey FOREIGN KEY (export_id) REFERENCES fhir.export(id) ON DELETE CASCADE
fhir.export_file export_file_kind_check CHECK ((kind = ANY (ARRAY['output'::text, 'deleted'::text, 'error'::text])))
fhir.export_file export_file_pkey PRIMARY KEY (export_id, attempt, number)
fhir.export_piece export_piece_export_id_attempt_file_fkey FOREIGN KEY (export_id, attempt, file) REFERENCES fhir.export_file(export_id, attempt, number) ON DELETE CASCADE
fhir.export_piece export_piece_pkey PRIMARY KEY (export_id, attempt, file, number)
fhir.person person_fhir_id_unique UNIQUE (fhir_id)
fhir.person person_pkey PRIMARY KEY (patient_id)
fhir.resource resource_pkey PRIMARY KEY (key)
fhir.resource resource_type_id_unique UNIQUE (type, id)
fhir.resource_history resource_history_pkey PRIMARY KEY (type, id, version)
fhir.row_history row_history_op_check CHECK ((op = ANY (ARRAY['U'::bpchar, 'D'::bpchar])))
fhir.row_history row_history_pkey PRIMARY KEY (table_name, row_id, version)
public.activities activities_duration_check CHECK ((duration >= 0))
public.activities activities_pkey PRIMARY KEY (id)
public.activities activities_routine_id_foreign FOREIGN KEY (routine_id) REFERENCES public.therapy_routines(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.alerts alerts_pkey PRIMARY KEY (id)
public.alerts alerts_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])))
public.alerts alerts_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.calendar_events calendar_events_calendar_id_foreign FOREIGN KEY (calendar_id) REFERENCES public.calendars(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.calendar_events calendar_events_end_time_check CHECK ((end_time >= start_time))
public.calendar_events calendar_events_parent_event_id_foreign FOREIGN KEY (parent_event_id) REFERENCES public.calendar_events(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.calendar_events calendar_events_pkey PRIMARY KEY (id)
public.calendar_events calendar_events_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'completed'::text, 'cancelled'::text])))
public.calendar_events calendar_events_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.calendars calendars_pkey PRIMARY KEY (id)
public.calendars calendars_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.daily_scores daily_scores_exercise_score_check CHECK (((exercise_score >= 0) AND (exercise_score <= 100)))
public.daily_scores daily_scores_medication_score_check CHECK (((medication_score >= 0) AND (medication_score <= 100)))
public.daily_scores daily_scores_nutrition_score_check CHECK (((nutrition_score >= 0) AND (nutrition_score <= 100)))
public.daily_scores daily_scores_overall_score_check CHECK (((overall_score >= 0) AND (overall_score <= 100)))
public.daily_scores daily_scores_pkey PRIMARY KEY (id)
public.daily_scores daily_scores_sleep_score_check CHECK (((sleep_score >= 0) AND (sleep_score <= 100)))
public.daily_scores daily_scores_user_date_unique UNIQUE (user_id, date)
public.daily_scores daily_scores_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.daily_scores daily_scores_vitals_score_check CHECK (((vitals_score >= 0) AND (vitals_score <= 100)))
public.device_connections device_connections_device_type_check CHECK ((device_type = ANY (ARRAY['strava'::text, 'polar'::text, 'samsung'::text])))
public.device_connections device_connections_pkey PRIMARY KEY (id)
public.device_connections device_connections_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.device_sync_logs device_sync_logs_device_connection_id_foreign FOREIGN KEY (device_connection_id) REFERENCES public.device_connections(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.device_sync_logs device_sync_logs_pkey PRIMARY KEY (id)
public.device_sync_logs device_sync_logs_records_synced_check CHECK ((records_synced >= 0))
public.device_sync_logs device_sync_logs_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'success'::text, 'failed'::text])))
public.event_templates event_templates_duration_check CHECK ((duration >= 0))
public.event_templates event_templates_pkey PRIMARY KEY (id)
public.event_templates event_templates_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.exercise_logs exercise_logs_avg_heart_rate_check CHECK (((avg_heart_rate >= 1) AND (avg_heart_rate <= 400)))
public.exercise_logs exercise_logs_calories_check CHECK ((calories >= 0))
public.exercise_logs exercise_logs_distance_check CHECK ((distance >= '0'::double precision))
public.exercise_logs exercise_logs_duration_check CHECK ((duration >= 0))
public.exercise_logs exercise_logs_exercise_id_foreign FOREIGN KEY (exercise_id) REFERENCES public.exercises(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.exercise_logs exercise_logs_max_heart_rate_check CHECK (((max_heart_rate >= 1) AND (max_heart_rate <= 400)))
public.exercise_logs exercise_logs_pkey PRIMARY KEY (id)
public.exercise_logs exercise_logs_prescription_id_foreign FOREIGN KEY (prescription_id) REFERENCES public.exercise_prescriptions(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.exercise_logs exercise_logs_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.exercise_prescriptions exercise_prescriptions_duration_check CHECK ((duration >= 0))
public.exercise_prescriptions exercise_prescriptions_end_date_check CHECK ((end_date >= start_date))
public.exercise_prescriptions exercise_prescriptions_exercise_id_foreign FOREIGN KEY (exercise_id) REFERENCES public.exercises(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.exercise_prescriptions exercise_prescriptions_patient_id_foreign FOREIGN KEY (patient_id) REFERENCES public.patients(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.exercise_prescriptions exercise_prescriptions_pkey PRIMARY KEY (id)
public.exercise_prescriptions exercise_prescriptions_reps_check CHECK ((reps >= 0))
public.exercise_prescriptions exercise_prescriptions_sets_check CHECK ((sets >= 0))
public.exercise_prescriptions exercise_prescriptions_status_check CHECK ((status = ANY (ARRAY['active'::text, 'completed'::text, 'discontinued'::text])))
public.exercises exercises_difficulty_check CHECK ((difficulty = ANY (ARRAY['beginner'::text, 'intermediate'::text, 'advanced'::text])))
public.exercises exercises_pkey PRIMARY KEY (id)
public.food_categories food_categories_pkey PRIMARY KEY (id)
public.food_items food_items_calories_check CHECK ((calories >= 0))
public.food_items food_items_carbs_check CHECK ((carbs >= '0'::double precision))
public.food_items food_items_category_id_foreign FOREIGN KEY (category_id) REFERENCES public.food_categories(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.food_items food_items_fat_check CHECK ((fat >= '0'::double precision))
public.food_items food_items_fiber_check CHECK ((fiber >= '0'::double precision))
public.food_items food_items_health_rating_check CHECK (((health_rating >= 1) AND (health_rating <= 5)))
public.food_items food_items_pkey PRIMARY KEY (id)
public.food_items food_items_protein_check CHECK ((protein >= '0'::double precision))
public.food_items food_items_sodium_check CHECK ((sodium >= 0))
public.hydration_logs hydration_logs_amount_oz_check CHECK ((amount_oz >= '0'::double precision))
public.hydration_logs hydration_logs_goal_oz_check CHECK ((goal_oz >= '0'::double precision))
public.hydration_logs hydration_logs_pkey PRIMARY KEY (id)
public.hydration_logs hydration_logs_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.meal_entries meal_entries_meal_type_check CHECK ((meal_type = ANY (ARRAY['breakfast'::text, 'lunch'::text, 'dinner'::text, 'snack'::text])))
public.meal_entries meal_entries_pkey PRIMARY KEY (id)
public.meal_entries meal_entries_total_calories_check CHECK ((total_calories >= 0))
public.meal_entries meal_entries_total_carbs_check CHECK ((total_carbs >= '0'::double precision))
public.meal_entries meal_entries_total_fat_check CHECK ((total_fat >= '0'::double precision))
public.meal_entries meal_entries_total_protein_check CHECK ((total_protein >= '0'::double precision))
public.meal_entries meal_entries_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.meal_item_entries meal_item_entries_custom_calories_check CHECK ((custom_calories >= 0))
public.meal_item_entries meal_item_entries_food_item_id_foreign FOREIGN KEY (food_item_id) REFERENCES public.food_items(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.meal_item_entries meal_item_entries_meal_entry_id_foreign FOREIGN KEY (meal_entry_id) REFERENCES public.meal_entries(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.meal_item_entries meal_item_entries_pkey PRIMARY KEY (id)
public.meal_item_entries meal_item_entries_quantity_check CHECK ((quantity >= '0'::double precision))
public.medication_logs medication_logs_medication_id_foreign FOREIGN KEY (medication_id) REFERENCES public.medications(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.medication_logs medication_logs_pkey PRIMARY KEY (id)
public.medication_logs medication_logs_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.medications medications_end_date_check CHECK ((end_date >= start_date))
public.medications medications_pkey PRIMARY KEY (id)
public.medications medications_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.patients patients_alcohol_use_check CHECK ((alcohol_use = ANY (ARRAY['none'::text, 'occasional'::text, 'moderate'::text, 'heavy'::text])))
public.patients patients_best_time_to_contact_check CHECK ((best_time_to_contact = ANY (ARRAY['morning'::text, 'afternoon'::text, 'evening'::text])))
public.patients patients_gender_check CHECK ((gender = ANY (ARRAY['male'::text, 'female'::text, 'other'::text])))
public.patients patients_max_heart_rate_check CHECK (((max_heart_rate >= 1) AND (max_heart_rate <= 400)))
public.patients patients_pkey PRIMARY KEY (id)
public.patients patients_preferred_contact_method_check CHECK ((preferred_contact_method = ANY (ARRAY['phone'::text, 'email'::text, 'text'::text])))
public.patients patients_primary_phone_type_check CHECK ((primary_phone_type = ANY (ARRAY['mobile'::text, 'home'::text, 'work'::text])))
public.patients patients_resting_heart_rate_check CHECK (((resting_heart_rate >= 1) AND (resting_heart_rate <= 400)))
public.patients patients_smoking_status_check CHECK ((smoking_status = ANY (ARRAY['never'::text, 'former'::text, 'current'::text])))
public.patients patients_target_heart_rate_check CHECK (((target_heart_rate >= 1) AND (target_heart_rate <= 400)))
public.patients patients_therapist_id_foreign FOREIGN KEY (therapist_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.patients patients_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.patients patients_weight_goal_check CHECK (((weight_goal > '0'::double precision) AND (weight_goal < '1500'::double precision)))
public.physical_therapy_phases physical_therapy_phases_pkey PRIMARY KEY (id)
public.physical_therapy_phases physical_therapy_phases_week_end_check CHECK ((week_end >= week_start))
public.physical_therapy_phases physical_therapy_phases_week_start_check CHECK ((week_start >= 0))
public.providers providers_pkey PRIMARY KEY (id)
public.providers providers_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.sleep_logs sleep_logs_interruptions_check CHECK ((interruptions >= 0))
public.sleep_logs sleep_logs_pkey PRIMARY KEY (id)
public.sleep_logs sleep_logs_quality_check CHECK (((quality >= 1) AND (quality <= 5)))
public.sleep_logs sleep_logs_total_hours_check CHECK (((total_hours >= '0'::double precision) AND (total_hours <= '48'::double precision)))
public.sleep_logs sleep_logs_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.therapy_goals therapy_goals_pkey PRIMARY KEY (id)
public.therapy_goals therapy_goals_progress_check CHECK (((progress >= 0) AND (progress <= 100)))
public.therapy_goals therapy_goals_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'in-progress'::text, 'completed'::text, 'cancelled'::text])))
public.therapy_goals therapy_goals_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.therapy_routines therapy_routines_phase_id_foreign FOREIGN KEY (phase_id) REFERENCES public.physical_therapy_phases(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.therapy_routines therapy_routines_pkey PRIMARY KEY (id)
public.users users_email_unique UNIQUE (email)
public.users users_pkey PRIMARY KEY (id)
public.users users_role_check CHECK ((role = ANY (ARRAY['patient'::text, 'therapist'::text, 'admin'::text])))
public.vitals_samples vitals_samples_diastolic_bp_check CHECK (((diastolic_bp >= 1) AND (diastolic_bp <= 400)))
public.vitals_samples vitals_samples_heart_rate_check CHECK (((heart_rate >= 1) AND (heart_rate <= 400)))
public.vitals_samples vitals_samples_oxygen_saturation_check CHECK (((oxygen_saturation >= 1) AND (oxygen_saturation <= 100)))
public.vitals_samples vitals_samples_pkey PRIMARY KEY (id)
public.vitals_samples vitals_samples_systolic_bp_check CHECK (((systolic_bp >= 1) AND (systolic_bp <= 400)))
public.vitals_samples vitals_samples_temperature_check CHECK (((temperature >= '70'::double precision) AND (temperature <= '120'::double precision)))
public.vitals_samples vitals_samples_user_id_foreign FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE RESTRICT ON DELETE RESTRICT
public.vitals_samples vitals_samples_weight_check CHECK (((weight > '0'::double precision) AND (weight < '1500'::double precision)))
scoring.explanation explanation_pkey PRIMARY KEY (user_id, date)

-- indexes
CREATE INDEX cause_alert ON alerting.cause USING btree (alert_id)
CREATE UNIQUE INDEX cause_pkey ON alerting.cause USING btree (rule_id, source_table, source_id)
CREATE UNIQUE INDEX delivery_once ON alerting.delivery USING btree (alert_id, user_id, channel, severity)
CREATE UNIQUE INDEX delivery_pkey ON alerting.delivery USING btree (id)
CREATE INDEX feed_at ON alerting.feed USING btree (at)
CREATE UNIQUE INDEX feed_pkey ON alerting.feed USING btree (xid, id)
CREATE INDEX feed_user ON alerting.feed USING btree (user_id, xid, id)
CREATE UNIQUE INDEX raised_open ON alerting.raised USING btree (user_id, rule_id) WHERE open
CREATE INDEX raised_open_rule ON alerting.raised USING btree (rule_id) WHERE open
CREATE UNIQUE INDEX raised_pkey ON alerting.raised USING btree (alert_id)
CREATE INDEX raised_user ON alerting.raised USING btree (user_id, rule_id, closed_at DESC)
CREATE INDEX read_alert ON alerting.read USING btree (alert_id)
CREATE UNIQUE INDEX read_pkey ON alerting.read USING btree (user_id, alert_id)
CREATE UNIQUE INDEX rule_change_pkey ON alerting.rule_change USING btree (rule_id)
CREATE INDEX access_log_at ON audit.access_log USING brin (at) WITH (autosummarize='on')
CREATE INDEX access_log_patients ON audit.access_log USING gin (patients)
CREATE INDEX app_grant_client ON auth.app_grant USING btree (client_id)
CREATE INDEX app_grant_patient ON auth.app_grant USING btree (patient_id)
CREATE UNIQUE INDEX app_grant_pkey ON auth.app_grant USING btree (id)
CREATE INDEX app_grant_user ON auth.app_grant USING btree (user_id, client_id)
CREATE INDEX attempt_account ON auth.attempt USING btree (account, at)
CREATE INDEX attempt_address ON auth.attempt USING btree (address, at)
CREATE UNIQUE INDEX attempt_pkey ON auth.attempt USING btree (id)
CREATE UNIQUE INDEX client_pkey ON auth.client USING btree (id)
CREATE UNIQUE INDEX identity_link_pkey ON auth.identity_link USING btree (id)
CREATE UNIQUE INDEX identity_link_subject_unique ON auth.identity_link USING btree (issuer, subject)
CREATE INDEX identity_link_user ON auth.identity_link USING btree (user_id, issuer)
CREATE INDEX launch_client ON auth.launch USING btree (client_id)
CREATE INDEX launch_expires ON auth.launch USING btree (expires_at)
CREATE INDEX launch_patient ON auth.launch USING btree (patient_id)
CREATE UNIQUE INDEX launch_pkey ON auth.launch USING btree (hash)
CREATE INDEX launch_user ON auth.launch USING btree (user_id)
CREATE UNIQUE INDEX password_reset_pkey ON auth.password_reset USING btree (hash)
CREATE INDEX password_reset_user ON auth.password_reset USING btree (user_id)
CREATE INDEX record_account ON auth.record USING btree (((payload ->> 'accountId'::text))) WHERE (model = 'Session'::text)
CREATE INDEX record_expires ON auth.record USING btree (expires_at)
CREATE INDEX record_grant ON auth.record USING btree (grant_id) WHERE (grant_id IS NOT NULL)
CREATE UNIQUE INDEX record_pkey ON auth.record USING btree (model, id)
CREATE INDEX record_uid ON auth.record USING btree (uid) WHERE (uid IS NOT NULL)
CREATE UNIQUE INDEX signing_key_pkey ON auth.signing_key USING btree (kid)
CREATE INDEX token_expires ON auth.token USING btree (expires_at)
CREATE UNIQUE INDEX token_pkey ON auth.token USING btree (hash)
CREATE INDEX token_user ON auth.token USING btree (user_id)
CREATE UNIQUE INDEX unproven_address_pkey ON auth.unproven_address USING btree (user_id)
CREATE INDEX apart_other ON devices.apart USING btree (other_connection_id)
CREATE UNIQUE INDEX apart_pkey ON devices.apart USING btree (connection_id, external_id, other_connection_id, other_external_id)
CREATE UNIQUE INDEX audience_pkey ON devices.audience USING btree (vendor)
CREATE UNIQUE INDEX budget_pkey ON devices.budget USING btree (vendor, name)
CREATE INDEX connection_due ON devices.connection USING btree (next_sync_at) WHERE (state = 'connected'::text)
CREATE INDEX connection_leased ON devices.connection USING btree (connection_id) WHERE (lease_holder IS NOT NULL)
CREATE UNIQUE INDEX connection_pkey ON devices.connection USING btree (connection_id)
CREATE INDEX connection_turn ON devices.connection USING btree (turn_at) WHERE (turn_at IS NOT NULL)
CREATE INDEX connection_vendor_user ON devices.connection USING btree (vendor_user_id)
CREATE UNIQUE INDEX cursor_pkey ON devices.cursor USING btree (connection_id, feed)
CREATE UNIQUE INDEX event_pkey ON devices.event USING btree (vendor, digest)
CREATE INDEX event_received ON devices.event USING btree (received_at)
CREATE UNIQUE INDEX handshake_pkey ON devices.handshake USING btree (state)
CREATE UNIQUE INDEX hidden_pkey ON devices.hidden USING btree (table_name, row_id)
CREATE INDEX payload_connection ON devices.payload USING btree (connection_id, id)
CREATE INDEX payload_keep_until ON devices.payload USING btree (keep_until)
CREATE UNIQUE INDEX payload_pkey ON devices.payload USING btree (id)
CREATE UNIQUE INDEX provenance_pkey ON devices.provenance USING btree (id)
CREATE INDEX provenance_targets ON devices.provenance USING gin (targets)
CREATE INDEX provenance_updated ON devices.provenance USING btree (updated_at DESC)
CREATE INDEX provenance_user ON devices.provenance USING btree (user_id, updated_at DESC)
CREATE INDEX record_at ON devices.record USING btree (connection_id, feed, at) WHERE (state <> 'gone'::text)
CREATE INDEX record_exercise ON devices.record USING btree (user_id, at) WHERE ((kind = 'exercise'::text) AND (state = 'shown'::text))
CREATE INDEX record_linked ON devices.record USING btree (linked_to) WHERE (state = 'linked'::text)
CREATE INDEX record_linked_at ON devices.record USING btree (user_id, at) WHERE (state = 'linked'::text)
CREATE INDEX record_payload ON devices.record USING btree (payload_id)
CREATE UNIQUE INDEX record_pkey ON devices.record USING btree (connection_id, kind, external_id)
CREATE UNIQUE INDEX record_row ON devices.record USING btree (table_name, row_id) WHERE (row_id IS NOT NULL)
CREATE INDEX record_undetailed ON devices.record USING btree (connection_id, feed, at DESC) WHERE ((NOT detailed) AND (state <> 'gone'::text))
CREATE INDEX revocation_next ON devices.revocation USING btree (next_at)
CREATE UNIQUE INDEX revocation_pkey ON devices.revocation USING btree (id)
CREATE UNIQUE INDEX subscription_pkey ON devices.subscription USING btree (vendor)
CREATE INDEX answer_expires ON fhir.answer USING btree (expires_at)
CREATE UNIQUE INDEX answer_pkey ON fhir.answer USING btree (actor, key, entry)
CREATE UNIQUE INDEX claim_pkey ON fhir.claim USING btree (table_name, row_id)
CREATE INDEX export_actor ON fhir.export USING btree (actor)
CREATE INDEX export_expires ON fhir.export USING btree (expires_at)
CREATE UNIQUE INDEX export_pkey ON fhir.export USING btree (id)
CREATE UNIQUE INDEX export_file_pkey ON fhir.export_file USING btree (export_id, attempt, number)
CREATE UNIQUE INDEX export_piece_pkey ON fhir.export_piece USING btree (export_id, attempt, file, number)
CREATE UNIQUE INDEX person_fhir_id_unique ON fhir.person USING btree (fhir_id)
CREATE UNIQUE INDEX person_pkey ON fhir.person USING btree (patient_id)
CREATE UNIQUE INDEX person_subject ON fhir.person USING btree (user_id) WHERE subject
CREATE INDEX person_user ON fhir.person USING btree (user_id)
CREATE INDEX resource_beside ON fhir.resource USING btree (table_name, type, owner, overridden, chart_overridden) WHERE (table_name IS NOT NULL)
CREATE INDEX resource_found_beside ON fhir.resource USING btree (owner, type) WHERE ((table_name IS NULL) OR overridden)
CREATE INDEX resource_owner_type_at ON fhir.resource USING btree (owner, type, at DESC NULLS LAST, key DESC) WHERE (table_name IS NULL)
CREATE UNIQUE INDEX resource_pkey ON fhir.resource USING btree (key)
CREATE INDEX resource_row ON fhir.resource USING btree (table_name, row_id) WHERE (table_name IS NOT NULL)
CREATE INDEX resource_terms ON fhir.resource USING gin (terms)
CREATE UNIQUE INDEX resource_type_id_unique ON fhir.resource USING btree (type, id)
CREATE INDEX resource_type_key ON fhir.resource USING btree (type, key) WHERE (table_name IS NULL)
CREATE INDEX resource_type_updated ON fhir.resource USING btree (type, last_updated)
CREATE UNIQUE INDEX resource_history_pkey ON fhir.resource_history USING btree (type, id, version)
CREATE INDEX resource_history_row ON fhir.resource_history USING btree (table_name, row_id) WHERE (table_name IS NOT NULL)
CREATE INDEX resource_history_type ON fhir.resource_history USING btree (type, last_updated DESC)
CREATE INDEX resource_history_user ON fhir.resource_history USING btree (user_id, type, last_updated DESC)
CREATE UNIQUE INDEX row_history_pkey ON fhir.row_history USING btree (table_name, row_id, version)
CREATE INDEX row_history_table ON fhir.row_history USING btree (table_name, at DESC)
CREATE INDEX row_history_user ON fhir.row_history USING btree (user_id, at DESC)
CREATE UNIQUE INDEX activities_pkey ON public.activities USING btree (id)
CREATE INDEX idx_activities_routine ON public.activities USING btree (routine_id)
CREATE UNIQUE INDEX alerts_pkey ON public.alerts USING btree (id)
CREATE INDEX idx_alerts_severity ON public.alerts USING btree (severity)
CREATE INDEX idx_alerts_user_resolved ON public.alerts USING btree (user_id, is_resolved)
CREATE UNIQUE INDEX calendar_events_pkey ON public.calendar_events USING btree (id)
CREATE INDEX idx_events_calendar ON public.calendar_events USING btree (calendar_id)
CREATE INDEX idx_events_long ON public.calendar_events USING btree (user_id) WHERE ((end_time - start_time) > '7 days'::interval)
CREATE INDEX idx_events_parent ON public.calendar_events USING btree (parent_event_id)
CREATE INDEX idx_events_series ON public.calendar_events USING btree (user_id) WHERE (recurrence_rule IS NOT NULL)
CREATE INDEX idx_events_status ON public.calendar_events USING btree (status)
CREATE INDEX idx_events_user_date ON public.calendar_events USING btree (user_id, start_time)
CREATE UNIQUE INDEX calendars_default_unique ON public.calendars USING btree (user_id) WHERE is_default
CREATE UNIQUE INDEX calendars_pkey ON public.calendars USING btree (id)
CREATE INDEX idx_calendars_user ON public.calendars USING btree (user_id)
CREATE UNIQUE INDEX daily_scores_pkey ON public.daily_scores USING btree (id)
CREATE UNIQUE INDEX daily_scores_user_date_unique ON public.daily_scores USING btree (user_id, date)
CREATE INDEX idx_daily_scores_user_date ON public.daily_scores USING btree (user_id, date DESC)
CREATE UNIQUE INDEX device_connections_pkey ON public.device_connections USING btree (id)
CREATE INDEX idx_devices_type_active ON public.device_connections USING btree (device_type, is_active)
CREATE INDEX idx_devices_user ON public.device_connections USING btree (user_id)
CREATE UNIQUE INDEX device_sync_logs_pkey ON public.device_sync_logs USING btree (id)
CREATE INDEX idx_device_sync_logs_connection ON public.device_sync_logs USING btree (device_connection_id, sync_started_at DESC)
CREATE INDEX idx_device_sync_logs_pending ON public.device_sync_logs USING btree (device_connection_id) WHERE (status = 'pending'::text)
CREATE UNIQUE INDEX event_templates_pkey ON public.event_templates USING btree (id)
CREATE INDEX idx_event_templates_user ON public.event_templates USING btree (user_id)
CREATE UNIQUE INDEX exercise_logs_pkey ON public.exercise_logs USING btree (id)
CREATE INDEX idx_exercise_logs_device ON public.exercise_logs USING btree (device_connection_id, completed_at DESC) WHERE (device_connection_id IS NOT NULL)
CREATE INDEX idx_exercise_logs_device_record ON public.exercise_logs USING btree (device_record) WHERE (device_record IS NOT NULL)
CREATE INDEX idx_exercise_logs_exercise ON public.exercise_logs USING btree (exercise_id)
CREATE INDEX idx_exercise_logs_prescription ON public.exercise_logs USING btree (prescription_id)
CREATE INDEX idx_exercise_logs_user_date ON public.exercise_logs USING btree (user_id, completed_at DESC)
CREATE UNIQUE INDEX exercise_prescriptions_pkey ON public.exercise_prescriptions USING btree (id)
CREATE INDEX idx_prescriptions_exercise ON public.exercise_prescriptions USING btree (exercise_id)
CREATE INDEX idx_prescriptions_patient ON public.exercise_prescriptions USING btree (patient_id)
CREATE UNIQUE INDEX exercises_pkey ON public.exercises USING btree (id)
CREATE UNIQUE INDEX food_categories_pkey ON public.food_categories USING btree (id)
CREATE UNIQUE INDEX food_items_pkey ON public.food_items USING btree (id)
CREATE INDEX idx_food_items_category ON public.food_items USING btree (category_id)
CREATE INDEX idx_food_items_words ON public.food_items USING gin (app.words((name)::text))
CREATE UNIQUE INDEX hydration_logs_pkey ON public.hydration_logs USING btree (id)
CREATE INDEX idx_hydration_logs_user_date ON public.hydration_logs USING btree (user_id, log_date DESC)
CREATE INDEX idx_meals_user_date ON public.meal_entries USING btree (user_id, meal_time DESC)
CREATE UNIQUE INDEX meal_entries_pkey ON public.meal_entries USING btree (id)
CREATE INDEX idx_meal_items_food ON public.meal_item_entries USING btree (food_item_id)
CREATE INDEX idx_meal_items_meal ON public.meal_item_entries USING btree (meal_entry_id)
CREATE UNIQUE INDEX meal_item_entries_pkey ON public.meal_item_entries USING btree (id)
CREATE INDEX idx_medication_logs_medication ON public.medication_logs USING btree (medication_id)
CREATE INDEX idx_medication_logs_user_date ON public.medication_logs USING btree (user_id, taken_at DESC)
CREATE UNIQUE INDEX medication_logs_pkey ON public.medication_logs USING btree (id)
CREATE INDEX idx_medications_active ON public.medications USING btree (is_active)
CREATE INDEX idx_medications_user ON public.medications USING btree (user_id)
CREATE UNIQUE INDEX medications_pkey ON public.medications USING btree (id)
CREATE INDEX idx_patients_active ON public.patients USING btree (is_active)
CREATE INDEX idx_patients_therapist ON public.patients USING btree (therapist_id)
CREATE INDEX idx_patients_therapist_user ON public.patients USING btree (therapist_id, user_id)
CREATE INDEX idx_patients_user ON public.patients USING btree (user_id)
CREATE UNIQUE INDEX patients_pkey ON public.patients USING btree (id)
CREATE UNIQUE INDEX physical_therapy_phases_pkey ON public.physical_therapy_phases USING btree (id)
CREATE INDEX idx_providers_user ON public.providers USING btree (user_id)
CREATE UNIQUE INDEX providers_pkey ON public.providers USING btree (id)
CREATE INDEX idx_sleep_logs_device ON public.sleep_logs USING btree (device_connection_id, sleep_date DESC) WHERE (device_connection_id IS NOT NULL)
CREATE INDEX idx_sleep_logs_device_record ON public.sleep_logs USING btree (device_record) WHERE (device_record IS NOT NULL)
CREATE INDEX idx_sleep_logs_user_date ON public.sleep_logs USING btree (user_id, sleep_date DESC)
CREATE UNIQUE INDEX sleep_logs_pkey ON public.sleep_logs USING btree (id)
CREATE INDEX idx_therapy_goals_user ON public.therapy_goals USING btree (user_id)
CREATE UNIQUE INDEX therapy_goals_pkey ON public.therapy_goals USING btree (id)
CREATE INDEX idx_therapy_routines_phase ON public.therapy_routines USING btree (phase_id)
CREATE UNIQUE INDEX therapy_routines_pkey ON public.therapy_routines USING btree (id)
CREATE INDEX idx_users_email ON public.users USING btree (email)
CREATE INDEX idx_users_role ON public.users USING btree (role)
CREATE UNIQUE INDEX users_email_unique ON public.users USING btree (email)
CREATE UNIQUE INDEX users_pkey ON public.users USING btree (id)
CREATE INDEX idx_vitals_device ON public.vitals_samples USING btree (device_connection_id, recorded_at DESC) WHERE (device_connection_id IS NOT NULL)
CREATE INDEX idx_vitals_device_record ON public.vitals_samples USING btree (device_record) WHERE (device_record IS NOT NULL)
CREATE INDEX idx_vitals_diastolic ON public.vitals_samples USING btree (user_id, recorded_at DESC) WHERE (diastolic_bp IS NOT NULL)
CREATE INDEX idx_vitals_oxygen ON public.vitals_samples USING btree (user_id, recorded_at DESC) WHERE (oxygen_saturation IS NOT NULL)
CREATE INDEX idx_vitals_systolic ON public.vitals_samples USING btree (user_id, recorded_at DESC) WHERE (systolic_bp IS NOT NULL)
CREATE INDEX idx_vitals_temperature ON public.vitals_samples USING btree (user_id, recorded_at DESC) WHERE (temperature IS NOT NULL)
CREATE INDEX idx_vitals_user_date ON public.vitals_samples USING btree (user_id, recorded_at DESC)
CREATE INDEX idx_vitals_weight ON public.vitals_samples USING btree (user_id, recorded_at DESC) WHERE (weight IS NOT NULL)
CREATE UNIQUE INDEX vitals_samples_pkey ON public.vitals_samples USING btree (id)
CREATE UNIQUE INDEX explanation_pkey ON scoring.explanation USING btree (user_id, date)
CREATE INDEX late_at ON scoring.late USING btree (at)

-- row-level security
alerting.cause cause_system all to heart_system using (true) check (true)
alerting.delivery delivery_system all to heart_system using (true) check (true)
alerting.feed feed_person select to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ()
alerting.feed feed_system all to heart_system using (true) check (true)
alerting.feed feed_therapist select to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ()
alerting.raised raised_system all to heart_system using (true) check (true)
alerting.read read_own all to heart_person, heart_system, heart_therapist using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
alerting.rule_change rule_change_system all to heart_system using (true) check (true)
audit.access_log access_log_insert insert to heart_person, heart_system, heart_therapist using () check (true)
audit.access_log access_log_insert_app insert to heart_app using () check (true)
audit.access_log access_log_read select to heart_system using (true) check ()
auth.app_grant app_grant_system all to heart_system using (true) check (true)
auth.attempt attempt_system all to heart_system using (true) check (true)
auth.client client_system all to heart_system using (true) check (true)
auth.identity_link identity_link_system all to heart_system using (true) check (true)
auth.launch launch_system all to heart_system using (true) check (true)
auth.password_reset password_reset_system all to heart_system using (true) check (true)
auth.record record_system all to heart_system using (true) check (true)
auth.signing_key signing_key_system all to heart_system using (true) check (true)
auth.token token_system all to heart_system using (true) check (true)
auth.unproven_address unproven_address_system all to heart_system using (true) check (true)
devices.connection connection_parent select to heart_person, heart_therapist using ((EXISTS ( SELECT 1
   FROM public.device_connections parent
  WHERE (parent.id = connection.connection_id)))) check ()
devices.connection connection_system all to heart_system using (true) check (true)
devices.cursor cursor_parent select to heart_person, heart_therapist using ((EXISTS ( SELECT 1
   FROM public.device_connections parent
  WHERE (parent.id = cursor.connection_id)))) check ()
devices.cursor cursor_system all to heart_system using (true) check (true)
devices.provenance provenance_app select to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ()
devices.provenance provenance_person select to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ()
devices.provenance provenance_shown select to heart_app, heart_therapist using (((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR (vendor <> ALL (ARRAY( SELECT a.vendor
   FROM devices.audience a
  WHERE (a.audience = 'owner'::text)))))) check ()
devices.provenance provenance_system all to heart_system using (true) check (true)
devices.provenance provenance_therapist select to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ()
devices.record record_person select to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ()
devices.record record_system all to heart_system using (true) check (true)
devices.record record_therapist select to heart_therapist using (((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))) AND ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR (NOT (EXISTS ( SELECT 1
   FROM devices.hidden h
  WHERE ((h.table_name = record.table_name) AND (h.row_id = record.row_id)))))))) check ()
fhir.answer answer_app all to heart_app using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
fhir.answer answer_expired all to heart_system using ((expires_at <= now())) check (false)
fhir.answer answer_own all to heart_person, heart_system, heart_therapist using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
fhir.claim claim_insert insert to heart_person, heart_system, heart_therapist using () check (true)
fhir.claim claim_insert_app insert to heart_app using () check (true)
fhir.export export_system all to heart_system using (true) check (true)
fhir.export_file export_file_system all to heart_system using (true) check (true)
fhir.export_piece export_piece_made insert to heart_system using () check (true)
fhir.export_piece export_piece_own select to heart_app, heart_person, heart_system, heart_therapist using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ()
fhir.person person_app select to heart_app using (((user_id = ( SELECT access.granted_user() AS granted_user)) OR (patient_id = ( SELECT access.granted_patient() AS granted_patient)))) check ()
fhir.person person_person select to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ()
fhir.person person_system select to heart_system using (true) check ()
fhir.person person_therapist select to heart_therapist using (((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))) OR ((user_id IS NULL) AND (EXISTS ( SELECT 1
   FROM public.patients p
  WHERE (p.id = person.patient_id)))))) check ()
fhir.resource resource_app all to heart_app using (((user_id = ( SELECT access.granted_user() AS granted_user)) OR ((user_id IS NULL) AND shared))) check (((NOT shared) AND (user_id = ( SELECT access.granted_user() AS granted_user))))
fhir.resource resource_person all to heart_person using (((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ((user_id IS NULL) AND (shared OR (created_by = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))))) check (((NOT shared) AND ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ((user_id IS NULL) AND (created_by = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)))))
fhir.resource resource_shown select to heart_app, heart_therapist using (((table_name IS NULL) OR (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ( SELECT (NOT (EXISTS ( SELECT 1
           FROM devices.hidden any_hidden)))) OR (NOT (EXISTS ( SELECT 1
   FROM devices.hidden h
  WHERE ((h.table_name = resource.table_name) AND (h.row_id = resource.row_id))))))) check ()
fhir.resource resource_system all to heart_system using (true) check (true)
fhir.resource resource_therapist all to heart_therapist using (((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))) OR ((user_id IS NULL) AND (shared OR (created_by = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))))) check ()
fhir.resource_history resource_history_app select to heart_app using (((NOT sealed) AND ((user_id = ( SELECT access.granted_user() AS granted_user)) OR ((user_id IS NULL) AND shared)))) check ()
fhir.resource_history resource_history_person select to heart_person using (((NOT sealed) AND ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ((user_id IS NULL) AND (shared OR (created_by = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)))))) check ()
fhir.resource_history resource_history_shown select to heart_app, heart_therapist using (((table_name IS NULL) OR (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ( SELECT (NOT (EXISTS ( SELECT 1
           FROM devices.hidden any_hidden)))) OR (NOT (EXISTS ( SELECT 1
   FROM devices.hidden h
  WHERE ((h.table_name = resource_history.table_name) AND (h.row_id = resource_history.row_id))))))) check ()
fhir.resource_history resource_history_system select to heart_system using (true) check ()
fhir.resource_history resource_history_therapist select to heart_therapist using (((NOT sealed) AND ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))) OR ((user_id IS NULL) AND (shared OR (created_by = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)))))) check ()
fhir.row_history row_history_app select to heart_app using (((NOT sealed) AND
CASE
    WHEN (table_name = 'patients'::text) THEN (row_id = ( SELECT access.granted_patient() AS granted_patient))
    WHEN (table_name = 'users'::text) THEN (row_id = ANY (ARRAY[(NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer, ( SELECT access.granted_user() AS granted_user), ( SELECT access.granted_therapist() AS granted_therapist)]))
    ELSE (user_id = ( SELECT access.granted_user() AS granted_user))
END)) check ()
fhir.row_history row_history_person select to heart_person using (((NOT sealed) AND (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))) check ()
fhir.row_history row_history_shown select to heart_app, heart_therapist using (((table_name IS NULL) OR (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ( SELECT (NOT (EXISTS ( SELECT 1
           FROM devices.hidden any_hidden)))) OR (NOT (EXISTS ( SELECT 1
   FROM devices.hidden h
  WHERE ((h.table_name = row_history.table_name) AND (h.row_id = row_history.row_id))))))) check ()
fhir.row_history row_history_system select to heart_system using (true) check ()
fhir.row_history row_history_therapist select to heart_therapist using (((NOT sealed) AND ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))) OR (therapist_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ((user_id IS NULL) AND (therapist_id IS NULL))))) check ()
public.activities activities_app select to heart_app using (true) check ()
public.activities activities_read select to heart_person using (true) check ()
public.activities activities_system all to heart_system using (true) check (true)
public.activities activities_therapist all to heart_therapist using (true) check (true)
public.alerts alerts_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.alerts alerts_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.alerts alerts_system all to heart_system using (true) check (true)
public.alerts alerts_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.calendar_events calendar_events_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.calendar_events calendar_events_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.calendar_events calendar_events_system all to heart_system using (true) check (true)
public.calendar_events calendar_events_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.calendars calendars_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.calendars calendars_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.calendars calendars_system all to heart_system using (true) check (true)
public.calendars calendars_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.daily_scores daily_scores_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.daily_scores daily_scores_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.daily_scores daily_scores_system all to heart_system using (true) check (true)
public.daily_scores daily_scores_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.device_connections device_connections_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.device_connections device_connections_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.device_connections device_connections_system all to heart_system using (true) check (true)
public.device_connections device_connections_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.device_sync_logs device_sync_logs_app all to heart_app using ((EXISTS ( SELECT 1
   FROM public.device_connections parent
  WHERE (parent.id = device_sync_logs.device_connection_id)))) check ((EXISTS ( SELECT 1
   FROM public.device_connections parent
  WHERE (parent.id = device_sync_logs.device_connection_id))))
public.device_sync_logs device_sync_logs_parent all to heart_person, heart_therapist using ((EXISTS ( SELECT 1
   FROM public.device_connections parent
  WHERE (parent.id = device_sync_logs.device_connection_id)))) check ((EXISTS ( SELECT 1
   FROM public.device_connections parent
  WHERE (parent.id = device_sync_logs.device_connection_id))))
public.device_sync_logs device_sync_logs_system all to heart_system using (true) check (true)
public.event_templates event_templates_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.event_templates event_templates_app_read select to heart_app using ((user_id IS NULL)) check ()
public.event_templates event_templates_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.event_templates event_templates_read select to heart_person, heart_therapist using ((user_id IS NULL)) check ()
public.event_templates event_templates_system all to heart_system using (true) check (true)
public.event_templates event_templates_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.exercise_logs exercise_logs_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.exercise_logs exercise_logs_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.exercise_logs exercise_logs_shown select to heart_app, heart_therapist using (((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ( SELECT (NOT (EXISTS ( SELECT 1
           FROM devices.hidden any_hidden)))) OR (NOT (EXISTS ( SELECT 1
   FROM devices.hidden h
  WHERE ((h.table_name = 'exercise_logs'::text) AND (h.row_id = exercise_logs.id))))))) check ()
public.exercise_logs exercise_logs_system all to heart_system using (true) check (true)
public.exercise_logs exercise_logs_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.exercise_prescriptions exercise_prescriptions_app all to heart_app using ((EXISTS ( SELECT 1
   FROM public.patients parent
  WHERE (parent.id = exercise_prescriptions.patient_id)))) check ((EXISTS ( SELECT 1
   FROM public.patients parent
  WHERE (parent.id = exercise_prescriptions.patient_id))))
public.exercise_prescriptions exercise_prescriptions_parent all to heart_person, heart_therapist using ((EXISTS ( SELECT 1
   FROM public.patients parent
  WHERE (parent.id = exercise_prescriptions.patient_id)))) check ((EXISTS ( SELECT 1
   FROM public.patients parent
  WHERE (parent.id = exercise_prescriptions.patient_id))))
public.exercise_prescriptions exercise_prescriptions_system all to heart_system using (true) check (true)
public.exercises exercises_app select to heart_app using (true) check ()
public.exercises exercises_read select to heart_person using (true) check ()
public.exercises exercises_system all to heart_system using (true) check (true)
public.exercises exercises_therapist all to heart_therapist using (true) check (true)
public.food_categories food_categories_app select to heart_app using (true) check ()
public.food_categories food_categories_read select to heart_person using (true) check ()
public.food_categories food_categories_system all to heart_system using (true) check (true)
public.food_categories food_categories_therapist all to heart_therapist using (true) check (true)
public.food_items food_items_app select to heart_app using (true) check ()
public.food_items food_items_read select to heart_person using (true) check ()
public.food_items food_items_system all to heart_system using (true) check (true)
public.food_items food_items_therapist all to heart_therapist using (true) check (true)
public.hydration_logs hydration_logs_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.hydration_logs hydration_logs_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.hydration_logs hydration_logs_system all to heart_system using (true) check (true)
public.hydration_logs hydration_logs_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.meal_entries meal_entries_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.meal_entries meal_entries_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.meal_entries meal_entries_system all to heart_system using (true) check (true)
public.meal_entries meal_entries_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.meal_item_entries meal_item_entries_app all to heart_app using ((EXISTS ( SELECT 1
   FROM public.meal_entries parent
  WHERE (parent.id = meal_item_entries.meal_entry_id)))) check ((EXISTS ( SELECT 1
   FROM public.meal_entries parent
  WHERE (parent.id = meal_item_entries.meal_entry_id))))
public.meal_item_entries meal_item_entries_parent all to heart_person, heart_therapist using ((EXISTS ( SELECT 1
   FROM public.meal_entries parent
  WHERE (parent.id = meal_item_entries.meal_entry_id)))) check ((EXISTS ( SELECT 1
   FROM public.meal_entries parent
  WHERE (parent.id = meal_item_entries.meal_entry_id))))
public.meal_item_entries meal_item_entries_system all to heart_system using (true) check (true)
public.medication_logs medication_logs_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.medication_logs medication_logs_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.medication_logs medication_logs_system all to heart_system using (true) check (true)
public.medication_logs medication_logs_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.medications medications_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.medications medications_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.medications medications_system all to heart_system using (true) check (true)
public.medications medications_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.patients patients_app all to heart_app using ((id = ( SELECT access.granted_patient() AS granted_patient))) check ((id = ( SELECT access.granted_patient() AS granted_patient)))
public.patients patients_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.patients patients_system all to heart_system using (true) check (true)
public.patients patients_therapist all to heart_therapist using (((therapist_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))) check (((therapist_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)))
public.physical_therapy_phases physical_therapy_phases_app select to heart_app using (true) check ()
public.physical_therapy_phases physical_therapy_phases_read select to heart_person using (true) check ()
public.physical_therapy_phases physical_therapy_phases_system all to heart_system using (true) check (true)
public.physical_therapy_phases physical_therapy_phases_therapist all to heart_therapist using (true) check (true)
public.providers providers_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.providers providers_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.providers providers_system all to heart_system using (true) check (true)
public.providers providers_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.sleep_logs sleep_logs_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.sleep_logs sleep_logs_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.sleep_logs sleep_logs_shown select to heart_app, heart_therapist using (((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ( SELECT (NOT (EXISTS ( SELECT 1
           FROM devices.hidden any_hidden)))) OR (NOT (EXISTS ( SELECT 1
   FROM devices.hidden h
  WHERE ((h.table_name = 'sleep_logs'::text) AND (h.row_id = sleep_logs.id))))))) check ()
public.sleep_logs sleep_logs_system all to heart_system using (true) check (true)
public.sleep_logs sleep_logs_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.therapy_goals therapy_goals_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.therapy_goals therapy_goals_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.therapy_goals therapy_goals_system all to heart_system using (true) check (true)
public.therapy_goals therapy_goals_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
public.therapy_routines therapy_routines_app select to heart_app using (true) check ()
public.therapy_routines therapy_routines_read select to heart_person using (true) check ()
public.therapy_routines therapy_routines_system all to heart_system using (true) check (true)
public.therapy_routines therapy_routines_therapist all to heart_therapist using (true) check (true)
public.users users_app select to heart_app using (((id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR (id = ( SELECT access.granted_user() AS granted_user)) OR (id = ( SELECT access.granted_therapist() AS granted_therapist)))) check ()
public.users users_person all to heart_person using ((id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.users users_person_of_therapist select to heart_therapist using ((id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ()
public.users users_system all to heart_system using (true) check (true)
public.users users_therapist all to heart_therapist using ((id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.users users_therapist_of_person select to heart_person using ((EXISTS ( SELECT 1
   FROM public.patients mine
  WHERE ((mine.therapist_id = users.id) AND (mine.user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))))) check ()
public.vitals_samples vitals_samples_app all to heart_app using ((user_id = ( SELECT access.granted_user() AS granted_user))) check ((user_id = ( SELECT access.granted_user() AS granted_user)))
public.vitals_samples vitals_samples_person all to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer))
public.vitals_samples vitals_samples_shown select to heart_app, heart_therapist using (((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer) OR ( SELECT (NOT (EXISTS ( SELECT 1
           FROM devices.hidden any_hidden)))) OR (NOT (EXISTS ( SELECT 1
   FROM devices.hidden h
  WHERE ((h.table_name = 'vitals_samples'::text) AND (h.row_id = vitals_samples.id))))))) check ()
public.vitals_samples vitals_samples_system all to heart_system using (true) check (true)
public.vitals_samples vitals_samples_therapist all to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v))))
scoring.explanation explanation_person select to heart_person using ((user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::integer)) check ()
scoring.explanation explanation_system all to heart_system using (true) check (true)
scoring.explanation explanation_therapist select to heart_therapist using ((user_id = ANY (ARRAY( SELECT v.user_id
   FROM access.visible v)))) check ()
scoring.late late_system all to heart_system using (true) check (true)
scoring.late late_write insert to heart_app, heart_person, heart_therapist using () check (true)

-- tables without row-level security
devices.apart
devices.audience
devices.budget
devices.event
devices.handshake
devices.hidden
devices.payload
devices.revocation
devices.subscription

-- triggers
CREATE TRIGGER changed AFTER INSERT OR DELETE OR UPDATE OF open ON alerting.raised FOR EACH ROW EXECUTE FUNCTION alerting.changed()
CREATE TRIGGER changed AFTER INSERT OR DELETE OR UPDATE ON alerting.rule_change FOR EACH STATEMENT EXECUTE FUNCTION alerting.changed_rules()
CREATE TRIGGER tell AFTER DELETE OR UPDATE ON auth.app_grant FOR EACH STATEMENT EXECUTE FUNCTION auth.tell()
CREATE TRIGGER tell AFTER DELETE OR UPDATE ON auth.client FOR EACH STATEMENT EXECUTE FUNCTION auth.tell()
CREATE TRIGGER tell AFTER DELETE ON auth.record REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_of_records()
CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE ON auth.signing_key FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_of_keys()
CREATE TRIGGER tell AFTER DELETE ON auth.token FOR EACH STATEMENT EXECUTE FUNCTION auth.tell()
CREATE TRIGGER tell_sync AFTER INSERT OR UPDATE ON devices.cursor FOR EACH ROW EXECUTE FUNCTION devices.tell_sync('connection_id')
CREATE TRIGGER keep_history_delete AFTER DELETE ON fhir.resource FOR EACH ROW EXECUTE FUNCTION fhir.keep_resource_history()
CREATE TRIGGER keep_history_update AFTER UPDATE ON fhir.resource FOR EACH ROW WHEN (((old.version <> new.version) OR (old.body IS DISTINCT FROM new.body) OR (old.meta IS DISTINCT FROM new.meta) OR (old.deleted <> new.deleted) OR (old.table_name IS DISTINCT FROM new.table_name) OR (old.row_id IS DISTINCT FROM new.row_id))) EXECUTE FUNCTION fhir.keep_resource_history()
CREATE TRIGGER link_person_delete AFTER DELETE ON fhir.resource FOR EACH ROW WHEN (((old.type = 'Patient'::text) AND (old.table_name = 'patients'::text))) EXECUTE FUNCTION fhir.link_person()
CREATE TRIGGER link_person_insert AFTER INSERT ON fhir.resource FOR EACH ROW WHEN (((new.type = 'Patient'::text) AND (new.table_name = 'patients'::text))) EXECUTE FUNCTION fhir.link_person()
CREATE TRIGGER link_person_update AFTER UPDATE OF table_name, row_id, id, type ON fhir.resource FOR EACH ROW WHEN ((((old.type = 'Patient'::text) OR (new.type = 'Patient'::text)) AND ((old.table_name IS DISTINCT FROM new.table_name) OR (old.row_id IS DISTINCT FROM new.row_id) OR (old.id <> new.id) OR (old.type <> new.type)))) EXECUTE FUNCTION fhir.link_person()
CREATE TRIGGER seal_history AFTER UPDATE ON fhir.resource FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_resource_history()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.activities FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.activities FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('')
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.activities FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.activities FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.alerts FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER follow AFTER UPDATE OF is_resolved ON public.alerts FOR EACH ROW EXECUTE FUNCTION alerting.follow()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.alerts FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.alerts FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.alerts FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.alerts FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE ON public.alerts FOR EACH ROW EXECUTE FUNCTION alerting.tell()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.calendar_events FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.calendar_events FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.calendar_events FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.calendar_events FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.calendar_events FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER choose_default AFTER DELETE ON public.calendars FOR EACH ROW WHEN (old.is_default) EXECUTE FUNCTION calendar.choose_default()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.calendars FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.calendars FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER keep_one_default BEFORE INSERT OR UPDATE ON public.calendars FOR EACH ROW EXECUTE FUNCTION calendar.keep_one_default()
CREATE TRIGGER seal_history AFTER UPDATE ON public.calendars FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.calendars FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.calendars FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.daily_scores FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.daily_scores FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.daily_scores FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.daily_scores FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.daily_scores FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.device_connections FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_for_revoking BEFORE UPDATE OF access_token ON public.device_connections FOR EACH ROW WHEN (((old.access_token IS NOT NULL) AND (new.access_token IS NULL))) EXECUTE FUNCTION devices.keep_for_revoking()
CREATE TRIGGER keep_for_revoking_delete BEFORE DELETE ON public.device_connections FOR EACH ROW WHEN ((old.access_token IS NOT NULL)) EXECUTE FUNCTION devices.keep_for_revoking()
CREATE TRIGGER keep_history AFTER UPDATE ON public.device_connections FOR EACH ROW WHEN ((old.version <> new.version)) EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER keep_history_delete AFTER DELETE ON public.device_connections FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.device_connections FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.device_connections FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.device_connections FOR EACH ROW EXECUTE FUNCTION devices.stamp_connection()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.device_sync_logs FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER UPDATE ON public.device_sync_logs FOR EACH ROW WHEN ((old.status IS DISTINCT FROM 'pending'::text)) EXECUTE FUNCTION fhir.keep_history('device_sync_logs')
CREATE TRIGGER keep_history_delete AFTER DELETE ON public.device_sync_logs FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('device_sync_logs')
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.device_sync_logs FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.device_sync_logs FOR EACH ROW EXECUTE FUNCTION fhir.stamp_version()
CREATE TRIGGER tell_sync AFTER INSERT OR UPDATE ON public.device_sync_logs FOR EACH ROW EXECUTE FUNCTION devices.tell_sync('device_connection_id')
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.event_templates FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.event_templates FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.event_templates FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.event_templates FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.event_templates FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.exercise_logs FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.exercise_logs FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.exercise_logs FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.exercise_logs FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.exercise_logs FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.exercise_prescriptions FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.exercise_prescriptions FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('exercise_prescriptions')
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.exercise_prescriptions FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.exercise_prescriptions FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.exercises FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.exercises FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('')
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.exercises FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.exercises FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.food_categories FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.food_categories FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('')
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.food_categories FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.food_categories FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.food_items FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.food_items FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('')
CREATE TRIGGER keep_totals AFTER UPDATE ON public.food_items REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.foods_changed()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.food_items FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.food_items FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.hydration_logs FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.hydration_logs FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.hydration_logs FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.hydration_logs FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.hydration_logs FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.meal_entries FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.meal_entries FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER keep_totals BEFORE UPDATE ON public.meal_entries FOR EACH ROW WHEN (((((old.total_calories IS DISTINCT FROM new.total_calories) OR (old.total_protein IS DISTINCT FROM new.total_protein)) OR (old.total_carbs IS DISTINCT FROM new.total_carbs)) OR (old.total_fat IS DISTINCT FROM new.total_fat))) EXECUTE FUNCTION app.keep_meal_totals()
CREATE TRIGGER seal_history AFTER UPDATE ON public.meal_entries FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.meal_entries FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.meal_entries FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.meal_item_entries FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.meal_item_entries FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('meal_item_entries')
CREATE TRIGGER keep_totals_delete AFTER DELETE ON public.meal_item_entries REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app.meal_items_changed()
CREATE TRIGGER keep_totals_insert AFTER INSERT ON public.meal_item_entries REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.meal_items_changed()
CREATE TRIGGER keep_totals_update AFTER UPDATE ON public.meal_item_entries REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.meal_items_changed()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.meal_item_entries FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.meal_item_entries FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.medication_logs FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.medication_logs FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.medication_logs FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.medication_logs FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.medication_logs FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.medications FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.medications FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.medications FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.medications FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.medications FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER alerting_changed AFTER INSERT OR DELETE ON public.patients FOR EACH ROW EXECUTE FUNCTION alerting.changed()
CREATE TRIGGER alerting_changed_update AFTER UPDATE ON public.patients FOR EACH ROW WHEN ((((((((old.user_id IS DISTINCT FROM new.user_id) OR (old.is_active IS DISTINCT FROM new.is_active)) OR (old.max_heart_rate IS DISTINCT FROM new.max_heart_rate)) OR (old.target_heart_rate IS DISTINCT FROM new.target_heart_rate)) OR (old.resting_heart_rate IS DISTINCT FROM new.resting_heart_rate)) OR ((old.blood_pressure_goal)::text IS DISTINCT FROM (new.blood_pressure_goal)::text)) OR (old.weight_goal IS DISTINCT FROM new.weight_goal))) EXECUTE FUNCTION alerting.changed()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.patients FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER guard_patient BEFORE INSERT OR UPDATE ON public.patients FOR EACH ROW EXECUTE FUNCTION access.guard_patient()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.patients FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('patients')
CREATE TRIGGER keep_person AFTER INSERT OR DELETE ON public.patients FOR EACH ROW EXECUTE FUNCTION fhir.keep_person()
CREATE TRIGGER keep_person_update AFTER UPDATE OF user_id, is_active ON public.patients FOR EACH ROW WHEN (((old.user_id IS DISTINCT FROM new.user_id) OR (old.is_active IS DISTINCT FROM new.is_active))) EXECUTE FUNCTION fhir.keep_person()
CREATE TRIGGER seal_history AFTER UPDATE ON public.patients FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.patients FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.patients FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER take_history_along AFTER UPDATE ON public.patients FOR EACH ROW WHEN ((old.therapist_id IS DISTINCT FROM new.therapist_id)) EXECUTE FUNCTION fhir.take_history_along()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.physical_therapy_phases FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.physical_therapy_phases FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('')
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.physical_therapy_phases FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.physical_therapy_phases FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.providers FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.providers FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.providers FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.providers FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.providers FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.sleep_logs FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.sleep_logs FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.sleep_logs FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.sleep_logs FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.sleep_logs FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.therapy_goals FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.therapy_goals FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.therapy_goals FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.therapy_goals FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.therapy_goals FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.therapy_routines FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.therapy_routines FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('')
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.therapy_routines FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.therapy_routines FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER alerting_changed AFTER UPDATE OF timezone ON public.users FOR EACH ROW WHEN (((old.timezone)::text IS DISTINCT FROM (new.timezone)::text)) EXECUTE FUNCTION alerting.changed_user()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER end_access AFTER UPDATE OF password ON public.users FOR EACH ROW WHEN (((old.password)::text IS DISTINCT FROM (new.password)::text)) EXECUTE FUNCTION auth.end_access()
CREATE TRIGGER forget_unused BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION calendar.forget_unused()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('id')
CREATE TRIGGER password_changed AFTER UPDATE OF password ON public.users FOR EACH ROW WHEN (((old.password)::text IS DISTINCT FROM (new.password)::text)) EXECUTE FUNCTION auth.password_changed()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION fhir.stamp()
CREATE TRIGGER tell AFTER DELETE OR UPDATE OF role, email, name, password ON public.users FOR EACH STATEMENT EXECUTE FUNCTION auth.tell()
CREATE TRIGGER drop_overrides AFTER UPDATE ON public.vitals_samples FOR EACH ROW EXECUTE FUNCTION fhir.drop_overrides()
CREATE TRIGGER keep_history AFTER DELETE OR UPDATE ON public.vitals_samples FOR EACH ROW EXECUTE FUNCTION fhir.keep_history('user_id')
CREATE TRIGGER seal_history AFTER UPDATE ON public.vitals_samples FOR EACH ROW WHEN (((old.user_id IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION fhir.seal_row_history()
CREATE TRIGGER skip_claimed BEFORE INSERT ON public.vitals_samples FOR EACH ROW EXECUTE FUNCTION fhir.skip_claimed()
CREATE TRIGGER stamp BEFORE UPDATE ON public.vitals_samples FOR EACH ROW EXECUTE FUNCTION fhir.stamp()

-- functions
CREATE OR REPLACE FUNCTION access.cared_for()
 RETURNS integer[]
 LANGUAGE sql
 STABLE
AS $function$
	select array(
		select p.user_id from public.patients p
		where p.therapist_id = (nullif(current_setting('app.user_id', true), ''))::integer and p.user_id is not null
	)
$function$

CREATE OR REPLACE FUNCTION access.granted()
 RETURNS public.patients
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select p from public.patients p, public.users u
	where p.id = (nullif(current_setting('app.patient_id', true), ''))::integer
		and u.id = (nullif(current_setting('app.user_id', true), ''))::integer
		and (p.user_id = u.id or (p.therapist_id = u.id and u.role = 'therapist') or u.role = 'admin')
$function$

CREATE OR REPLACE FUNCTION access.granted_patient()
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$ select (access.granted()).id $function$

CREATE OR REPLACE FUNCTION access.granted_therapist()
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$ select (access.granted()).therapist_id $function$

CREATE OR REPLACE FUNCTION access.granted_user()
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$ select (access.granted()).user_id $function$

CREATE OR REPLACE FUNCTION access.guard_patient()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	me integer := nullif(current_setting('app.user_id', true), '')::integer;
begin
	if current_user not in ('heart_therapist', 'heart_person', 'heart_app') then return new; end if;
	if tg_op = 'UPDATE' then
		if new.user_id is distinct from old.user_id or new.therapist_id is distinct from old.therapist_id then
			raise insufficient_privilege using message = 'a patient''s account and therapist are changed by an administrator';
		end if;
	elsif current_user <> 'heart_therapist' or new.therapist_id is distinct from me
		or (new.user_id is not null and new.user_id <> all (access.visible_users())) then
		raise insufficient_privilege using message = 'a therapist adds patients of their own only';
	end if;
	return new;
end
$function$

CREATE OR REPLACE FUNCTION access.me()
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$ select (nullif(current_setting('app.user_id', true), ''))::integer $function$

CREATE OR REPLACE FUNCTION access.visible_users()
 RETURNS integer[]
 LANGUAGE sql
 STABLE
AS $function$
	select array(
		select p.user_id from public.patients p
		where p.therapist_id = (nullif(current_setting('app.user_id', true), ''))::integer and p.user_id is not null
		union all
		select (nullif(current_setting('app.user_id', true), ''))::integer
	)
$function$

CREATE OR REPLACE FUNCTION alerting.changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	if tg_op <> 'INSERT' and old.user_id is not null then perform pg_notify('alerting_changed', old.user_id::text); end if;
	if tg_op <> 'DELETE' and new.user_id is not null then perform pg_notify('alerting_changed', new.user_id::text); end if;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION alerting.changed_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform pg_notify('alerting_changed', '');
	return null;
end
$function$

CREATE OR REPLACE FUNCTION alerting.changed_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform pg_notify('alerting_changed', new.id::text);
	return null;
end
$function$

CREATE OR REPLACE FUNCTION alerting.follow()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	update alerting.raised r
	set open = not coalesce(new.is_resolved, false),
		closed_at = case when new.is_resolved then date_trunc('milliseconds', clock_timestamp()) end,
		closed_by = case when new.is_resolved then 'people' end
	where r.alert_id = new.id and r.open = coalesce(new.is_resolved, false);
	return null;
end
$function$

CREATE OR REPLACE FUNCTION alerting.tell()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	if tg_op = 'DELETE' then
		insert into alerting.feed (alert_id, user_id, what) values (old.id, old.user_id, 'deleted');
	elsif tg_op = 'INSERT' then
		insert into alerting.feed (alert_id, user_id, what) values (new.id, new.user_id, 'raised');
	else
		insert into alerting.feed (alert_id, user_id, what) values (new.id, new.user_id,
			case when new.is_resolved and not coalesce(old.is_resolved, false) then 'resolved' else 'changed' end);
	end if;
	perform pg_notify('alert_feed', '');
	return null;
end
$function$

CREATE OR REPLACE FUNCTION app.anonymise_history(who integer, pattern text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	update fhir.row_history h set image = case h.table_name
		when 'users' then app.emptied(h.image, array['phone_number', 'emergency_contact', 'emergency_phone', 'doctor_name', 'doctor_phone',
			'profile_photo'])
			|| jsonb_build_object('email', format('deleted-%s@deleted.invalid', who), 'name', 'Deleted account')
		when 'patients' then app.emptied(h.image, array['first_name', 'last_name', 'email', 'primary_phone', 'primary_phone_type', 'alternate_phone',
			'preferred_contact_method', 'best_time_to_contact', 'street_address', 'city', 'postal_code',
			'occupation', 'primary_caregiver', 'emergency_contact1_name', 'emergency_contact1_relationship',
			'emergency_contact1_phone', 'emergency_contact2_name', 'emergency_contact2_phone',
			'insurance_provider', 'insurance_policy_number', 'insurance_group_number', 'preferred_pharmacy',
			'pharmacy_phone'])
			|| jsonb_build_object('name', 'Deleted patient', 'date_of_birth', left(h.image ->> 'date_of_birth', 4) || '-01-01')
		when 'providers' then app.emptied(h.image, array['phone', 'email', 'address', 'notes'])
		when 'device_connections' then app.emptied(h.image, array['device_name', 'settings'])
		else h.image end
	where h.user_id = who and h.image is not null
		and h.table_name in ('users', 'patients', 'providers', 'device_connections');
	update fhir.row_history h set image = (
		select jsonb_object_agg(e.key, case when jsonb_typeof(e.value) = 'string' and e.key <> 'fhir_residue'
			then to_jsonb(regexp_replace(e.value #>> '{}', pattern, '[removed]', 'gi')) else e.value end)
		from jsonb_each(h.image) e)
	where h.user_id = who and h.image is not null and (h.image - 'fhir_residue')::text ~* pattern;
end
$function$

CREATE OR REPLACE FUNCTION app.at_most(given numeric, most numeric)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE
AS $function$
	select case when given > most then most else given end
$function$

CREATE OR REPLACE FUNCTION app.emptied(given jsonb, members text[])
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
	select given || coalesce((select jsonb_object_agg(m, null) from unnest(members) m where given ? m), '{}')
$function$

CREATE OR REPLACE FUNCTION app.folded(given text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
	select btrim(regexp_replace(translate(lower(regexp_replace(normalize(given, NFKD), '[̀-ͯ]', '', 'g')), 'ς', 'σ'),
		'[\s!-/:-@\[-`{-~]+', ' ', 'g'))
$function$

CREATE OR REPLACE FUNCTION app.foods_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	meals integer[];
begin
	meals := array(
		select distinct i.meal_entry_id
		from new_rows n join old_rows o on o.id = n.id join public.meal_item_entries i on i.food_item_id = n.id
		where (n.calories, n.protein, n.carbs, n.fat) is distinct from (o.calories, o.protein, o.carbs, o.fat)
		order by 1);
	if meals <> '{}' then perform app.refresh_meals(meals); end if;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION app.forget_answers(who integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ delete from fhir.answer where user_id = who $function$

CREATE OR REPLACE FUNCTION app.forget_device_records(who integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	update public.vitals_samples set device_record = null where user_id = who and device_record is not null;
	update public.exercise_logs set device_record = null where user_id = who and device_record is not null;
	update public.sleep_logs set device_record = null where user_id = who and device_record is not null;
	update fhir.row_history set image = image - 'device_record'
	where user_id = who and table_name in ('vitals_samples', 'exercise_logs', 'sleep_logs') and image ->> 'device_record' is not null;
end
$function$

CREATE OR REPLACE FUNCTION app.forget_exports(person integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	delete from fhir.export e where e.user_id = person or (e.state = 'complete'
		and exists (select from fhir.export_piece p where p.export_id = e.id and person = any(p.people)));
	update fhir.export set attempt = attempt + 1, state = 'accepted' where state = 'running';
$function$

CREATE OR REPLACE FUNCTION app.keep_meal_totals()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	t record;
begin
	t := app.meal_totals(new.id);
	if t.items > 0 then
		new.total_calories := t.calories;
		new.total_protein := t.protein;
		new.total_carbs := t.carbs;
		new.total_fat := t.fat;
	end if;
	return new;
end
$function$

CREATE OR REPLACE FUNCTION app.meal_items_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	meals integer[];
begin
	if tg_op = 'INSERT' then
		meals := array(select distinct meal_entry_id from new_rows order by 1);
	elsif tg_op = 'DELETE' then
		meals := array(select distinct meal_entry_id from old_rows order by 1);
	else
		meals := array(select meal_entry_id from new_rows union select meal_entry_id from old_rows order by 1);
	end if;
	if meals = '{}' then return null; end if;
	perform 1 from public.food_items f
	where f.id in (select i.food_item_id from public.meal_item_entries i where i.meal_entry_id = any (meals))
	order by f.id for share;
	perform app.refresh_meals(meals);
	return null;
end
$function$

CREATE OR REPLACE FUNCTION app.meal_totals(meal integer, OUT items integer, OUT calories integer, OUT protein double precision, OUT carbs double precision, OUT fat double precision)
 RETURNS record
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select count(*)::integer,
		app.at_most(round(sum(coalesce(i.custom_calories, f.calories) * q.quantity)), 2147483647)::integer,
		app.at_most(round(sum(f.protein::numeric * q.quantity), 1), 1e9)::float8,
		app.at_most(round(sum(f.carbs::numeric * q.quantity), 1), 1e9)::float8,
		app.at_most(round(sum(f.fat::numeric * q.quantity), 1), 1e9)::float8
	from public.meal_item_entries i left join public.food_items f on f.id = i.food_item_id,
		lateral (select coalesce(i.quantity, 1)::numeric as quantity) q
	where i.meal_entry_id = meal
$function$

CREATE OR REPLACE FUNCTION app.refresh_meals(meals integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform 1 from public.meal_entries m where m.id = any (meals) order by m.id for no key update;
	update public.meal_entries m
	set (total_calories, total_protein, total_carbs, total_fat) = (t.calories, t.protein, t.carbs, t.fat)
	from (select m.id, t.* from unnest(meals) as m(id), app.meal_totals(m.id) t) t
	where m.id = t.id and (m.total_calories, m.total_protein, m.total_carbs, m.total_fat)
		is distinct from (t.calories, t.protein, t.carbs, t.fat);
end
$function$

CREATE OR REPLACE FUNCTION app.rewrite_bodies(given json)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	create temporary table if not exists rewritten (key bigint, version integer, type text, id text, body text, index json) on commit drop;
	truncate pg_temp.rewritten;
	insert into pg_temp.rewritten
	select nullif(n.key, '')::bigint, n.version, n.type, n.id, n.body, n.index
	from json_to_recordset(given) n(key text, version integer, type text, id text, body text, index json);
	update fhir.resource r
	set body = n.body,
		terms = case when n.index is null then r.terms else p.terms end,
		strings = case when n.index is null then r.strings else p.strings end,
		dates = case when n.index is null then r.dates else p.dates end,
		numbers = case when n.index is null then r.numbers else p.numbers end,
		overrides = case when n.index is null then r.overrides else p.overrides end,
		guards = case when n.index is null then r.guards else p.guards end
	from pg_temp.rewritten n, lateral json_populate_record(null::fhir.resource, coalesce(n.index, '{}')) p
	where n.version = 0 and r.key = n.key;
	-- The trigger has kept what was there as a past version of the same number.
	delete from fhir.resource_history h using pg_temp.rewritten n, fhir.resource r
	where n.version = 0 and r.key = n.key and h.type = r.type and h.id = r.id and h.version = r.version;
	update fhir.resource_history h set body = n.body from pg_temp.rewritten n
	where n.version > 0 and h.type = n.type and h.id = n.id and h.version = n.version;
end
$function$

CREATE OR REPLACE FUNCTION app.words(given text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
	select to_tsvector('simple'::regconfig, app.folded(given))
$function$

CREATE OR REPLACE FUNCTION auth.end_access()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	delete from auth.record where model = 'Session' and payload ->> 'accountId' = new.id::text;
	delete from auth.record where grant_id in (select id from auth.app_grant where user_id = new.id);
	delete from auth.app_grant where user_id = new.id;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION auth.password_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	delete from auth.token where user_id = new.id
		and encode(hash, 'hex') <> coalesce(current_setting('auth.keep_token', true), '');
	delete from auth.password_reset where user_id = new.id;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION auth.tell()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform pg_notify('auth_changed', '');
	return null;
end
$function$

CREATE OR REPLACE FUNCTION auth.tell_of_keys()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform pg_notify('auth_keys_changed', '');
	return null;
end
$function$

CREATE OR REPLACE FUNCTION auth.tell_of_records()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	if exists (select from gone where model in ('AccessToken', 'ClientCredentials', 'Session') and expires_at > now()) then
		perform pg_notify('auth_changed', '');
	end if;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION devices.keep_for_revoking()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	insert into devices.revocation (connection_id, vendor, vendor_user_id, access_token, refresh_token, token_expiry, url)
	select old.id, old.device_type, (select c.vendor_user_id from devices.connection c where c.connection_id = old.id),
		old.access_token, old.refresh_token, old.token_expiry, to_jsonb(old) #>> '{settings,url}';
	return case tg_op when 'DELETE' then old else new end;
end
$function$

CREATE OR REPLACE FUNCTION devices.provenance_of(targets text[])
 RETURNS integer[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	select coalesce(array_agg(p.id), '{}') from devices.provenance p where p.targets ?| $1
$function$

CREATE OR REPLACE FUNCTION devices.stamp_connection()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
	pulled constant text[] := '{access_token,refresh_token,token_expiry,last_sync_at,version,updated_at}';
	is_owners constant boolean := new.version < 0
		and current_user not in ('heart_person', 'heart_therapist', 'heart_app', 'heart_system', 'heart_server');
begin
	if is_owners or to_jsonb(new) - pulled = to_jsonb(old) - pulled then
		new.version := old.version;
		new.updated_at := old.updated_at;
	else
		new.version := old.version + 1;
		new.updated_at := greatest(date_trunc('milliseconds', clock_timestamp()), old.updated_at);
	end if;
	return new;
end
$function$

CREATE OR REPLACE FUNCTION devices.tell_sync()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	perform pg_notify('device_sync', (to_jsonb(new) ->> tg_argv[0]));
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.choose_subject(who integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	chosen integer;
begin
	if who is null then return; end if;
	perform pg_advisory_xact_lock(hashtext('fhir.person'), who);
	select p.id into chosen from public.patients p where p.user_id = who
	order by coalesce(p.is_active, true) desc, p.id limit 1;
	update fhir.person set subject = false where user_id = who and subject and patient_id is distinct from chosen;
	update fhir.person set subject = true where patient_id = chosen and not subject;
end
$function$

CREATE OR REPLACE FUNCTION fhir.drop_overrides()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	residue record;
	kept text[];
	was jsonb;
	is_now jsonb;
begin
	for residue in
		select r.key, r.overrides, r.guards from fhir.resource r
		where r.table_name = tg_table_name::text and r.row_id = new.id
			and r.guards is not null and r.overrides <> '{}'
	loop
		was := coalesce(was, to_jsonb(old));
		is_now := coalesce(is_now, to_jsonb(new));
		kept := array(
			select o from unnest(residue.overrides) with ordinality u(o, n)
			where not exists (
				select 1 from jsonb_each(residue.guards) g
				where was -> g.key is distinct from is_now -> g.key and g.value @> to_jsonb(o)
			)
			order by n
		);
		if kept <> residue.overrides then
			update fhir.resource set overrides = kept where key = residue.key;
		end if;
	end loop;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.keep_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
declare
	image jsonb;
	became timestamptz;
	owner integer;
	therapist integer;
begin
	if tg_op = 'UPDATE' then
		if new.version = old.version then return null; end if;
	end if;
	image := to_jsonb(old);
	became := coalesce((image ->> 'updated_at')::timestamptz, (image ->> 'created_at')::timestamptz);
	case tg_argv[0]
		when 'user_id' then owner := (image ->> 'user_id')::integer;
		when 'id' then owner := old.id;
		when 'patients' then
			owner := (image ->> 'user_id')::integer;
			therapist := (image ->> 'therapist_id')::integer;
		when 'exercise_prescriptions' then
			select p.user_id, p.therapist_id into owner, therapist
			from public.patients p where p.id = (image ->> 'patient_id')::integer;
		when 'meal_item_entries' then
			select m.user_id into owner from public.meal_entries m where m.id = (image ->> 'meal_entry_id')::integer;
		when 'device_sync_logs' then
			select c.user_id into owner
			from public.device_connections c where c.id = (image ->> 'device_connection_id')::integer;
		else null;
	end case;
	insert into fhir.row_history (table_name, row_id, version, op, at, user_id, therapist_id, image)
	values (tg_table_name, old.id, old.version, 'U', became, owner, therapist,
		image - '{password,access_token,refresh_token}'::text[])
	on conflict do nothing;
	if tg_op = 'DELETE' then
		insert into fhir.row_history (table_name, row_id, version, op, at, user_id, therapist_id)
		values (tg_table_name, old.id, old.version + 1, 'D', greatest(clock_timestamp(), became), owner, therapist)
		on conflict do nothing;
	end if;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.keep_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	if tg_op = 'INSERT' then
		insert into fhir.person (patient_id, fhir_id, user_id)
		select new.id, coalesce((
			select r.id from fhir.resource r where r.table_name = 'patients' and r.row_id = new.id and r.type = 'Patient'
			limit 1
		), new.id::text), new.user_id;
	elsif tg_op = 'DELETE' then
		delete from fhir.person where patient_id = old.id;
	else
		update fhir.person set user_id = new.user_id, subject = subject and new.user_id is not distinct from old.user_id
		where patient_id = new.id;
	end if;
	if tg_op <> 'INSERT' then perform fhir.choose_subject(old.user_id); end if;
	if tg_op = 'INSERT' or (tg_op = 'UPDATE' and new.user_id is distinct from old.user_id) then
		perform fhir.choose_subject(new.user_id);
	end if;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.keep_resource_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	insert into fhir.resource_history (type, id, version, last_updated, user_id, created_by, shared, table_name, row_id,
		part, deleted, meta, body)
	values (old.type, old.id, old.version, old.last_updated, old.user_id, old.created_by, old.shared, old.table_name,
		old.row_id, old.part, old.deleted, old.meta, old.body)
	on conflict do nothing;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.link_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	if tg_op <> 'INSERT' and old.type = 'Patient' and old.table_name = 'patients' then
		update fhir.person set fhir_id = old.row_id::text where patient_id = old.row_id and fhir_id <> old.row_id::text;
	end if;
	if tg_op <> 'DELETE' and new.type = 'Patient' and new.table_name = 'patients' then
		update fhir.person set fhir_id = new.id where patient_id = new.row_id and fhir_id <> new.id;
	end if;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.rewrite_past_residues(given json)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
	update fhir.row_history h set image = h.image || jsonb_build_object('fhir_residue', n.residue)
	from json_to_recordset(given) n(table_name text, row_id integer, version integer, residue text)
	where h.table_name = n.table_name and h.row_id = n.row_id and h.version = n.version and h.image is not null
$function$

CREATE OR REPLACE FUNCTION fhir.rewrite_residues(given json)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
	target text;
begin
	for target in
		select distinct c.relname from json_to_recordset(given) n(table_name text) join pg_class c on c.relname = n.table_name
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
	loop
		execute format('update public.%I t set fhir_residue = n.residue, version = -t.version
			from json_to_recordset($1) n(table_name text, row_id integer, residue text)
			where n.table_name = %L and t.id = n.row_id', target, target) using given;
	end loop;
end
$function$

CREATE OR REPLACE FUNCTION fhir.seal_resource_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	update fhir.resource_history set sealed = true where type = old.type and id = old.id and not sealed;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.seal_row_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	update fhir.row_history set sealed = true where table_name = tg_table_name::text and row_id = old.id and not sealed;
	return null;
end
$function$

CREATE OR REPLACE FUNCTION fhir.skip_claimed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	while exists (select 1 from fhir.claim c where c.table_name = tg_table_name::text and c.row_id = new.id) loop
		new.id := nextval(format('public.%I', tg_table_name || '_id_seq')::regclass);
	end loop;
	return new;
end
$function$

CREATE OR REPLACE FUNCTION fhir.stamp()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
	if new.version < 0 and current_user not in ('heart_person', 'heart_therapist', 'heart_app', 'heart_system', 'heart_server') then
		new.version := old.version;
		return new;
	end if;
	new.version := old.version + 1;
	new.updated_at := greatest(date_trunc('milliseconds', clock_timestamp()), old.updated_at);
	return new;
end
$function$

CREATE OR REPLACE FUNCTION fhir.stamp_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
	if new.version < 0 and current_user not in ('heart_person', 'heart_therapist', 'heart_app', 'heart_system', 'heart_server') then
		new.version := old.version;
		return new;
	end if;
	new.version := old.version + 1;
	return new;
end
$function$

CREATE OR REPLACE FUNCTION fhir.take_history_along()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
	update fhir.row_history set therapist_id = new.therapist_id
	where (table_name = 'patients' and row_id = old.id)
		or (table_name = 'exercise_prescriptions' and row_id in (
			select h.row_id from fhir.row_history h
			where h.table_name = 'exercise_prescriptions' and (h.image ->> 'patient_id')::integer = old.id));
	return null;
end
$function$


-- grants on tables
access.visible heart_therapist: select
alerting.cause heart_system: delete, insert, select, update
alerting.delivery heart_system: delete, insert, select, update
alerting.feed heart_person: select
alerting.feed heart_system: delete, insert, select, update
alerting.feed heart_therapist: select
alerting.raised heart_system: delete, insert, select, update
alerting.read heart_person: insert, select
alerting.read heart_system: delete, insert, select, update
alerting.read heart_therapist: insert, select
alerting.rule_change heart_system: delete, insert, select, update
audit.access_log heart_app: insert
audit.access_log heart_person: insert
audit.access_log heart_system: insert, select
audit.access_log heart_therapist: insert
auth.app_grant heart_system: delete, insert, select, update
auth.attempt heart_system: delete, insert, select, update
auth.client heart_system: delete, insert, select, update
auth.identity_link heart_system: delete, insert, select, update
auth.launch heart_system: delete, insert, select, update
auth.password_reset heart_system: delete, insert, select, update
auth.record heart_system: delete, insert, select, update
auth.signing_key heart_system: delete, insert, select, update
auth.token heart_system: delete, insert, select, update
auth.unproven_address heart_system: delete, insert, select, update
devices.apart heart_system: delete, insert, select
devices.audience heart_app: select
devices.audience heart_person: select
devices.audience heart_system: delete, insert, select, update
devices.audience heart_therapist: select
devices.budget heart_system: delete, insert, select, update
devices.connection heart_system: delete, insert, select, update
devices.cursor heart_person: select
devices.cursor heart_system: delete, insert, select, update
devices.cursor heart_therapist: select
devices.event heart_system: delete, insert, select, update
devices.handshake heart_system: delete, insert, select, update
devices.hidden heart_app: select
devices.hidden heart_person: select
devices.hidden heart_system: delete, insert, select, update
devices.hidden heart_therapist: select
devices.payload heart_system: delete, insert, select, update
devices.provenance heart_app: select
devices.provenance heart_person: select
devices.provenance heart_system: insert, select
devices.provenance heart_therapist: select
devices.record heart_system: delete, insert, select, update
devices.revocation heart_system: delete, select, update
devices.subscription heart_system: delete, insert, select, update
fhir.answer heart_app: delete, insert, select, update
fhir.answer heart_person: delete, insert, select, update
fhir.answer heart_system: delete, insert, select, update
fhir.answer heart_therapist: delete, insert, select, update
fhir.claim heart_app: insert
fhir.claim heart_person: insert
fhir.claim heart_system: insert
fhir.claim heart_therapist: insert
fhir.export heart_system: delete, insert, select, update
fhir.export_file heart_system: delete, insert, select, update
fhir.export_piece heart_app: select
fhir.export_piece heart_person: select
fhir.export_piece heart_system: insert, select
fhir.export_piece heart_therapist: select
fhir.identity heart_app: select
fhir.identity heart_person: select
fhir.identity heart_system: select
fhir.identity heart_therapist: select
fhir.person heart_app: select
fhir.person heart_person: select
fhir.person heart_system: select
fhir.person heart_therapist: select
fhir.resource heart_app: delete, insert, select, update
fhir.resource heart_person: delete, insert, select, update
fhir.resource heart_system: delete, insert, select, update
fhir.resource heart_therapist: delete, insert, select, update
fhir.resource_history heart_app: select
fhir.resource_history heart_person: select
fhir.resource_history heart_system: select
fhir.resource_history heart_therapist: select
fhir.row_history heart_app: select
fhir.row_history heart_person: select
fhir.row_history heart_system: select
fhir.row_history heart_therapist: select
public.activities heart_system: delete, insert, select, update
public.activities heart_therapist: delete
public.activities_id_seq heart_person: usage
public.activities_id_seq heart_system: usage
public.activities_id_seq heart_therapist: usage
public.alerts heart_app: delete
public.alerts heart_system: delete, insert, select, update
public.alerts heart_therapist: delete
public.alerts_id_seq heart_app: usage
public.alerts_id_seq heart_person: usage
public.alerts_id_seq heart_system: usage
public.alerts_id_seq heart_therapist: usage
public.calendar_events heart_app: delete
public.calendar_events heart_person: delete
public.calendar_events heart_system: delete, insert, select, update
public.calendar_events heart_therapist: delete
public.calendar_events_id_seq heart_app: usage
public.calendar_events_id_seq heart_person: usage
public.calendar_events_id_seq heart_system: usage
public.calendar_events_id_seq heart_therapist: usage
public.calendars heart_app: delete
public.calendars heart_person: delete
public.calendars heart_system: delete, insert, select, update
public.calendars heart_therapist: delete
public.calendars_id_seq heart_app: usage
public.calendars_id_seq heart_person: usage
public.calendars_id_seq heart_system: usage
public.calendars_id_seq heart_therapist: usage
public.daily_scores heart_system: delete, insert, select, update
public.daily_scores_id_seq heart_app: usage
public.daily_scores_id_seq heart_person: usage
public.daily_scores_id_seq heart_system: usage
public.daily_scores_id_seq heart_therapist: usage
public.device_connections heart_app: delete
public.device_connections heart_person: delete
public.device_connections heart_system: delete, insert, select, update
public.device_connections heart_therapist: delete
public.device_connections_id_seq heart_app: usage
public.device_connections_id_seq heart_person: usage
public.device_connections_id_seq heart_system: usage
public.device_connections_id_seq heart_therapist: usage
public.device_sync_logs heart_system: delete, insert, select, update
public.device_sync_logs_id_seq heart_app: usage
public.device_sync_logs_id_seq heart_person: usage
public.device_sync_logs_id_seq heart_system: usage
public.device_sync_logs_id_seq heart_therapist: usage
public.event_templates heart_app: delete
public.event_templates heart_person: delete
public.event_templates heart_system: delete, insert, select, update
public.event_templates heart_therapist: delete
public.event_templates_id_seq heart_app: usage
public.event_templates_id_seq heart_person: usage
public.event_templates_id_seq heart_system: usage
public.event_templates_id_seq heart_therapist: usage
public.exercise_logs heart_app: delete
public.exercise_logs heart_person: delete
public.exercise_logs heart_system: delete, insert, select, update
public.exercise_logs heart_therapist: delete
public.exercise_logs_id_seq heart_app: usage
public.exercise_logs_id_seq heart_person: usage
public.exercise_logs_id_seq heart_system: usage
public.exercise_logs_id_seq heart_therapist: usage
public.exercise_prescriptions heart_app: delete
public.exercise_prescriptions heart_system: delete, insert, select, update
public.exercise_prescriptions heart_therapist: delete
public.exercise_prescriptions_id_seq heart_app: usage
public.exercise_prescriptions_id_seq heart_person: usage
public.exercise_prescriptions_id_seq heart_system: usage
public.exercise_prescriptions_id_seq heart_therapist: usage
public.exercises heart_system: delete, insert, select, update
public.exercises heart_therapist: delete
public.exercises_id_seq heart_person: usage
public.exercises_id_seq heart_system: usage
public.exercises_id_seq heart_therapist: usage
public.food_categories heart_system: delete, insert, select, update
public.food_categories heart_therapist: delete
public.food_categories_id_seq heart_person: usage
public.food_categories_id_seq heart_system: usage
public.food_categories_id_seq heart_therapist: usage
public.food_items heart_system: delete, insert, select, update
public.food_items heart_therapist: delete
public.food_items_id_seq heart_person: usage
public.food_items_id_seq heart_system: usage
public.food_items_id_seq heart_therapist: usage
public.hydration_logs heart_app: delete
public.hydration_logs heart_person: delete
public.hydration_logs heart_system: delete, insert, select, update
public.hydration_logs heart_therapist: delete
public.hydration_logs_id_seq heart_app: usage
public.hydration_logs_id_seq heart_person: usage
public.hydration_logs_id_seq heart_system: usage
public.hydration_logs_id_seq heart_therapist: usage
public.meal_entries heart_app: delete
public.meal_entries heart_person: delete
public.meal_entries heart_system: delete, insert, select, update
public.meal_entries heart_therapist: delete
public.meal_entries_id_seq heart_app: usage
public.meal_entries_id_seq heart_person: usage
public.meal_entries_id_seq heart_system: usage
public.meal_entries_id_seq heart_therapist: usage
public.meal_item_entries heart_app: delete
public.meal_item_entries heart_person: delete
public.meal_item_entries heart_system: delete, insert, select, update
public.meal_item_entries heart_therapist: delete
public.meal_item_entries_id_seq heart_app: usage
public.meal_item_entries_id_seq heart_person: usage
public.meal_item_entries_id_seq heart_system: usage
public.meal_item_entries_id_seq heart_therapist: usage
public.medication_logs heart_app: delete
public.medication_logs heart_person: delete
public.medication_logs heart_system: delete, insert, select, update
public.medication_logs heart_therapist: delete
public.medication_logs_id_seq heart_app: usage
public.medication_logs_id_seq heart_person: usage
public.medication_logs_id_seq heart_system: usage
public.medication_logs_id_seq heart_therapist: usage
public.medications heart_app: delete
public.medications heart_person: delete
public.medications heart_system: delete, insert, select, update
public.medications heart_therapist: delete
public.medications_id_seq heart_app: usage
public.medications_id_seq heart_person: usage
public.medications_id_seq heart_system: usage
public.medications_id_seq heart_therapist: usage
public.patients heart_app: delete
public.patients heart_system: delete, insert, select, update
public.patients heart_therapist: delete
public.patients_id_seq heart_app: usage
public.patients_id_seq heart_person: usage
public.patients_id_seq heart_system: usage
public.patients_id_seq heart_therapist: usage
public.physical_therapy_phases heart_system: delete, insert, select, update
public.physical_therapy_phases heart_therapist: delete
public.physical_therapy_phases_id_seq heart_person: usage
public.physical_therapy_phases_id_seq heart_system: usage
public.physical_therapy_phases_id_seq heart_therapist: usage
public.providers heart_app: delete
public.providers heart_person: delete
public.providers heart_system: delete, insert, select, update
public.providers heart_therapist: delete
public.providers_id_seq heart_app: usage
public.providers_id_seq heart_person: usage
public.providers_id_seq heart_system: usage
public.providers_id_seq heart_therapist: usage
public.sleep_logs heart_app: delete
public.sleep_logs heart_person: delete
public.sleep_logs heart_system: delete, insert, select, update
public.sleep_logs heart_therapist: delete
public.sleep_logs_id_seq heart_app: usage
public.sleep_logs_id_seq heart_person: usage
public.sleep_logs_id_seq heart_system: usage
public.sleep_logs_id_seq heart_therapist: usage
public.therapy_goals heart_app: delete
public.therapy_goals heart_system: delete, insert, select, update
public.therapy_goals heart_therapist: delete
public.therapy_goals_id_seq heart_app: usage
public.therapy_goals_id_seq heart_person: usage
public.therapy_goals_id_seq heart_system: usage
public.therapy_goals_id_seq heart_therapist: usage
public.therapy_routines heart_system: delete, insert, select, update
public.therapy_routines heart_therapist: delete
public.therapy_routines_id_seq heart_person: usage
public.therapy_routines_id_seq heart_system: usage
public.therapy_routines_id_seq heart_therapist: usage
public.users heart_system: delete, insert, select, update
public.users_id_seq heart_person: usage
public.users_id_seq heart_system: usage
public.users_id_seq heart_therapist: usage
public.vitals_samples heart_app: delete
public.vitals_samples heart_person: delete
public.vitals_samples heart_system: delete, insert, select, update
public.vitals_samples heart_therapist: delete
public.vitals_samples_id_seq heart_app: usage
public.vitals_samples_id_seq heart_person: usage
public.vitals_samples_id_seq heart_system: usage
public.vitals_samples_id_seq heart_therapist: usage
scoring.explanation heart_person: select
scoring.explanation heart_system: delete, insert, select, update
scoring.explanation heart_therapist: select
scoring.late heart_app: insert
scoring.late heart_person: insert
scoring.late heart_system: delete, insert, select, update
scoring.late heart_therapist: insert

-- grants on columns
devices.connection heart_person select: connection_id, scopes, state, last_error, last_error_at, failures, next_sync_at, backfill_log_id, backfilled
devices.connection heart_therapist select: connection_id, scopes, state, last_error, last_error_at, failures, next_sync_at, backfill_log_id, backfilled
devices.record heart_person select: connection_id, kind, external_id, user_id, feed, table_name, row_id, state, linked_to, at, ended_at, changed_at, sync_log_id
devices.record heart_therapist select: connection_id, kind, external_id, user_id, feed, table_name, row_id, state, linked_to, at, ended_at, changed_at, sync_log_id
public.activities heart_app select: id, routine_id, name, description, duration, order, created_at, updated_at, version, fhir_residue
public.activities heart_person select: id, routine_id, name, description, duration, order, created_at, updated_at, version, fhir_residue
public.activities heart_system insert: fhir_residue
public.activities heart_system select: fhir_residue
public.activities heart_system update: fhir_residue
public.activities heart_therapist insert: id, routine_id, name, description, duration, order, created_at, updated_at, version, fhir_residue
public.activities heart_therapist select: id, routine_id, name, description, duration, order, created_at, updated_at, version, fhir_residue
public.activities heart_therapist update: id, routine_id, name, description, duration, order, created_at, updated_at, version, fhir_residue
public.alerts heart_app insert: id, user_id, type, severity, title, message, is_resolved, resolved_at, notified, created_at, updated_at, version, fhir_residue
public.alerts heart_app select: id, user_id, type, severity, title, message, is_resolved, resolved_at, notified, created_at, updated_at, version, fhir_residue
public.alerts heart_app update: id, user_id, type, severity, title, message, is_resolved, resolved_at, notified, created_at, updated_at, version, fhir_residue
public.alerts heart_person select: id, user_id, type, severity, title, message, is_resolved, resolved_at, notified, created_at, updated_at, version, fhir_residue
public.alerts heart_person update: is_resolved, resolved_at, fhir_residue
public.alerts heart_system insert: fhir_residue
public.alerts heart_system select: fhir_residue
public.alerts heart_system update: fhir_residue
public.alerts heart_therapist insert: id, user_id, type, severity, title, message, is_resolved, resolved_at, notified, created_at, updated_at, version, fhir_residue
public.alerts heart_therapist select: id, user_id, type, severity, title, message, is_resolved, resolved_at, notified, created_at, updated_at, version, fhir_residue
public.alerts heart_therapist update: id, user_id, type, severity, title, message, is_resolved, resolved_at, notified, created_at, updated_at, version, fhir_residue
public.calendar_events heart_app insert: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_app select: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_app update: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_person insert: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_person select: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_person update: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_system insert: fhir_residue
public.calendar_events heart_system select: fhir_residue
public.calendar_events heart_system update: fhir_residue
public.calendar_events heart_therapist insert: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_therapist select: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendar_events heart_therapist update: id, calendar_id, user_id, title, description, start_time, end_time, is_all_day, location, category, status, recurrence_rule, recurrence_exception, parent_event_id, color, created_at, updated_at, version, fhir_residue
public.calendars heart_app insert: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_app select: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_app update: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_person insert: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_person select: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_person update: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_system insert: fhir_residue
public.calendars heart_system select: fhir_residue
public.calendars heart_system update: fhir_residue
public.calendars heart_therapist insert: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_therapist select: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.calendars heart_therapist update: id, user_id, name, color, description, is_default, is_visible, created_at, updated_at, version, fhir_residue
public.daily_scores heart_app select: id, user_id, date, overall_score, exercise_score, nutrition_score, sleep_score, medication_score, vitals_score, notes, created_at, updated_at, version, fhir_residue
public.daily_scores heart_person select: id, user_id, date, overall_score, exercise_score, nutrition_score, sleep_score, medication_score, vitals_score, notes, created_at, updated_at, version, fhir_residue
public.daily_scores heart_system insert: fhir_residue
public.daily_scores heart_system select: fhir_residue
public.daily_scores heart_system update: fhir_residue
public.daily_scores heart_therapist select: id, user_id, date, overall_score, exercise_score, nutrition_score, sleep_score, medication_score, vitals_score, notes, created_at, updated_at, version, fhir_residue
public.device_connections heart_app insert: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_app select: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_app update: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_person insert: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_person select: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_person update: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_system insert: fhir_residue
public.device_connections heart_system select: fhir_residue
public.device_connections heart_system update: fhir_residue
public.device_connections heart_therapist insert: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_therapist select: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_connections heart_therapist update: id, user_id, device_type, device_name, token_expiry, is_active, last_sync_at, sync_frequency, settings, created_at, updated_at, version, fhir_residue
public.device_sync_logs heart_app select: id, device_connection_id, sync_started_at, sync_completed_at, status, records_synced, error_message, created_at, version, fhir_residue
public.device_sync_logs heart_person select: id, device_connection_id, sync_started_at, sync_completed_at, status, records_synced, error_message, created_at, version, fhir_residue
public.device_sync_logs heart_system insert: fhir_residue
public.device_sync_logs heart_system select: fhir_residue
public.device_sync_logs heart_system update: fhir_residue
public.device_sync_logs heart_therapist select: id, device_connection_id, sync_started_at, sync_completed_at, status, records_synced, error_message, created_at, version, fhir_residue
public.event_templates heart_app insert: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_app select: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_app update: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_person insert: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_person select: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_person update: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_system insert: fhir_residue
public.event_templates heart_system select: fhir_residue
public.event_templates heart_system update: fhir_residue
public.event_templates heart_therapist insert: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_therapist select: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.event_templates heart_therapist update: id, user_id, name, description, category, duration, color, is_active, created_at, updated_at, version, fhir_residue
public.exercise_logs heart_app insert: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, fhir_residue
public.exercise_logs heart_app select: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.exercise_logs heart_app update: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, fhir_residue
public.exercise_logs heart_person insert: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.exercise_logs heart_person select: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.exercise_logs heart_person update: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, fhir_residue
public.exercise_logs heart_system insert: fhir_residue
public.exercise_logs heart_system select: fhir_residue
public.exercise_logs heart_system update: fhir_residue
public.exercise_logs heart_therapist insert: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, fhir_residue
public.exercise_logs heart_therapist select: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.exercise_logs heart_therapist update: id, user_id, exercise_id, prescription_id, duration, distance, calories, avg_heart_rate, max_heart_rate, intensity, completed_at, notes, created_at, updated_at, version, fhir_residue
public.exercise_prescriptions heart_app insert: id, patient_id, exercise_id, sets, reps, duration, frequency, intensity, start_date, end_date, status, notes, created_at, updated_at, version, fhir_residue
public.exercise_prescriptions heart_app select: id, patient_id, exercise_id, sets, reps, duration, frequency, intensity, start_date, end_date, status, notes, created_at, updated_at, version, fhir_residue
public.exercise_prescriptions heart_app update: id, patient_id, exercise_id, sets, reps, duration, frequency, intensity, start_date, end_date, status, notes, created_at, updated_at, version, fhir_residue
public.exercise_prescriptions heart_person select: id, patient_id, exercise_id, sets, reps, duration, frequency, intensity, start_date, end_date, status, notes, created_at, updated_at, version, fhir_residue
public.exercise_prescriptions heart_system insert: fhir_residue
public.exercise_prescriptions heart_system select: fhir_residue
public.exercise_prescriptions heart_system update: fhir_residue
public.exercise_prescriptions heart_therapist insert: id, patient_id, exercise_id, sets, reps, duration, frequency, intensity, start_date, end_date, status, notes, created_at, updated_at, version, fhir_residue
public.exercise_prescriptions heart_therapist select: id, patient_id, exercise_id, sets, reps, duration, frequency, intensity, start_date, end_date, status, notes, created_at, updated_at, version, fhir_residue
public.exercise_prescriptions heart_therapist update: id, patient_id, exercise_id, sets, reps, duration, frequency, intensity, start_date, end_date, status, notes, created_at, updated_at, version, fhir_residue
public.exercises heart_app select: id, name, category, description, instructions, video_url, image_url, difficulty, target_muscles, equipment, is_active, created_at, updated_at, version, fhir_residue
public.exercises heart_person select: id, name, category, description, instructions, video_url, image_url, difficulty, target_muscles, equipment, is_active, created_at, updated_at, version, fhir_residue
public.exercises heart_system insert: fhir_residue
public.exercises heart_system select: fhir_residue
public.exercises heart_system update: fhir_residue
public.exercises heart_therapist insert: id, name, category, description, instructions, video_url, image_url, difficulty, target_muscles, equipment, is_active, created_at, updated_at, version, fhir_residue
public.exercises heart_therapist select: id, name, category, description, instructions, video_url, image_url, difficulty, target_muscles, equipment, is_active, created_at, updated_at, version, fhir_residue
public.exercises heart_therapist update: id, name, category, description, instructions, video_url, image_url, difficulty, target_muscles, equipment, is_active, created_at, updated_at, version, fhir_residue
public.food_categories heart_app select: id, name, description, created_at, updated_at, version, fhir_residue
public.food_categories heart_person select: id, name, description, created_at, updated_at, version, fhir_residue
public.food_categories heart_system insert: fhir_residue
public.food_categories heart_system select: fhir_residue
public.food_categories heart_system update: fhir_residue
public.food_categories heart_therapist insert: id, name, description, created_at, updated_at, version, fhir_residue
public.food_categories heart_therapist select: id, name, description, created_at, updated_at, version, fhir_residue
public.food_categories heart_therapist update: id, name, description, created_at, updated_at, version, fhir_residue
public.food_items heart_app select: id, category_id, name, serving_size, calories, protein, carbs, fat, fiber, sodium, health_rating, notes, created_at, updated_at, version, fhir_residue
public.food_items heart_person select: id, category_id, name, serving_size, calories, protein, carbs, fat, fiber, sodium, health_rating, notes, created_at, updated_at, version, fhir_residue
public.food_items heart_system insert: fhir_residue
public.food_items heart_system select: fhir_residue
public.food_items heart_system update: fhir_residue
public.food_items heart_therapist insert: id, category_id, name, serving_size, calories, protein, carbs, fat, fiber, sodium, health_rating, notes, created_at, updated_at, version, fhir_residue
public.food_items heart_therapist select: id, category_id, name, serving_size, calories, protein, carbs, fat, fiber, sodium, health_rating, notes, created_at, updated_at, version, fhir_residue
public.food_items heart_therapist update: id, category_id, name, serving_size, calories, protein, carbs, fat, fiber, sodium, health_rating, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_app insert: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_app select: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_app update: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_person insert: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_person select: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_person update: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_system insert: fhir_residue
public.hydration_logs heart_system select: fhir_residue
public.hydration_logs heart_system update: fhir_residue
public.hydration_logs heart_therapist insert: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_therapist select: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.hydration_logs heart_therapist update: id, user_id, log_date, amount_oz, goal_oz, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_app insert: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_app select: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_app update: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_person insert: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_person select: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_person update: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_system insert: fhir_residue
public.meal_entries heart_system select: fhir_residue
public.meal_entries heart_system update: fhir_residue
public.meal_entries heart_therapist insert: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_therapist select: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_entries heart_therapist update: id, user_id, meal_type, meal_time, total_calories, total_protein, total_carbs, total_fat, notes, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_app insert: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_app select: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_app update: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_person insert: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_person select: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_person update: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_system insert: fhir_residue
public.meal_item_entries heart_system select: fhir_residue
public.meal_item_entries heart_system update: fhir_residue
public.meal_item_entries heart_therapist insert: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_therapist select: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.meal_item_entries heart_therapist update: id, meal_entry_id, food_item_id, quantity, custom_food_name, custom_calories, created_at, updated_at, version, fhir_residue
public.medication_logs heart_app insert: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_app select: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_app update: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_person insert: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_person select: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_person update: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_system insert: fhir_residue
public.medication_logs heart_system select: fhir_residue
public.medication_logs heart_system update: fhir_residue
public.medication_logs heart_therapist insert: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_therapist select: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medication_logs heart_therapist update: id, medication_id, user_id, taken_at, dosage_taken, notes, created_at, updated_at, version, fhir_residue
public.medications heart_app insert: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_app select: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_app update: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_person insert: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_person select: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_person update: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_system insert: fhir_residue
public.medications heart_system select: fhir_residue
public.medications heart_system update: fhir_residue
public.medications heart_therapist insert: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_therapist select: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.medications heart_therapist update: id, user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, purpose, side_effects, instructions, is_active, created_at, updated_at, version, fhir_residue
public.patients heart_app insert: id, therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, age, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, surgery_date, post_op_week, surgery_type, discharge_summary, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, current_stage, target_heart_rate, max_heart_rate, resting_heart_rate, blood_pressure_goal, weight_goal, notes, is_active, created_at, updated_at, version, fhir_residue
public.patients heart_app select: id, therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, age, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, surgery_date, post_op_week, surgery_type, discharge_summary, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, current_stage, target_heart_rate, max_heart_rate, resting_heart_rate, blood_pressure_goal, weight_goal, notes, is_active, created_at, updated_at, version, fhir_residue
public.patients heart_app update: id, therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, age, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, surgery_date, post_op_week, surgery_type, discharge_summary, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, current_stage, target_heart_rate, max_heart_rate, resting_heart_rate, blood_pressure_goal, weight_goal, notes, is_active, created_at, updated_at, version, fhir_residue
public.patients heart_person select: id, therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, age, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, surgery_date, post_op_week, surgery_type, discharge_summary, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, current_stage, target_heart_rate, max_heart_rate, resting_heart_rate, blood_pressure_goal, weight_goal, notes, is_active, created_at, updated_at, version, fhir_residue
public.patients heart_person update: first_name, last_name, name, date_of_birth, gender, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, fhir_residue
public.patients heart_system insert: fhir_residue
public.patients heart_system select: fhir_residue
public.patients heart_system update: fhir_residue
public.patients heart_therapist insert: id, therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, age, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, surgery_date, post_op_week, surgery_type, discharge_summary, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, current_stage, target_heart_rate, max_heart_rate, resting_heart_rate, blood_pressure_goal, weight_goal, notes, is_active, created_at, updated_at, version, fhir_residue
public.patients heart_therapist select: id, therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, age, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, surgery_date, post_op_week, surgery_type, discharge_summary, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, current_stage, target_heart_rate, max_heart_rate, resting_heart_rate, blood_pressure_goal, weight_goal, notes, is_active, created_at, updated_at, version, fhir_residue
public.patients heart_therapist update: id, therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, age, email, primary_phone, primary_phone_type, alternate_phone, preferred_contact_method, best_time_to_contact, street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship, emergency_contact1_phone, emergency_contact2_name, emergency_contact2_phone, surgery_date, post_op_week, surgery_type, discharge_summary, medication_allergies, other_allergies, chronic_conditions, smoking_status, alcohol_use, occupation, education, living_situation, primary_caregiver, insurance_provider, insurance_policy_number, insurance_group_number, preferred_pharmacy, pharmacy_phone, current_stage, target_heart_rate, max_heart_rate, resting_heart_rate, blood_pressure_goal, weight_goal, notes, is_active, created_at, updated_at, version, fhir_residue
public.physical_therapy_phases heart_app select: id, name, week_start, week_end, description, goals, restrictions, created_at, updated_at, version, fhir_residue
public.physical_therapy_phases heart_person select: id, name, week_start, week_end, description, goals, restrictions, created_at, updated_at, version, fhir_residue
public.physical_therapy_phases heart_system insert: fhir_residue
public.physical_therapy_phases heart_system select: fhir_residue
public.physical_therapy_phases heart_system update: fhir_residue
public.physical_therapy_phases heart_therapist insert: id, name, week_start, week_end, description, goals, restrictions, created_at, updated_at, version, fhir_residue
public.physical_therapy_phases heart_therapist select: id, name, week_start, week_end, description, goals, restrictions, created_at, updated_at, version, fhir_residue
public.physical_therapy_phases heart_therapist update: id, name, week_start, week_end, description, goals, restrictions, created_at, updated_at, version, fhir_residue
public.providers heart_app insert: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_app select: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_app update: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_person insert: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_person select: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_person update: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_system insert: fhir_residue
public.providers heart_system select: fhir_residue
public.providers heart_system update: fhir_residue
public.providers heart_therapist insert: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_therapist select: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.providers heart_therapist update: id, user_id, name, specialty, phone, email, address, notes, next_appointment, created_at, updated_at, version, fhir_residue
public.sleep_logs heart_app insert: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, fhir_residue
public.sleep_logs heart_app select: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.sleep_logs heart_app update: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, fhir_residue
public.sleep_logs heart_person insert: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.sleep_logs heart_person select: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.sleep_logs heart_person update: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, fhir_residue
public.sleep_logs heart_system insert: fhir_residue
public.sleep_logs heart_system select: fhir_residue
public.sleep_logs heart_system update: fhir_residue
public.sleep_logs heart_therapist insert: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, fhir_residue
public.sleep_logs heart_therapist select: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.sleep_logs heart_therapist update: id, user_id, sleep_date, bedtime, wake_time, total_hours, quality, interruptions, notes, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_app insert: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_app select: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_app update: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_person insert: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_person select: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_person update: progress, status, fhir_residue
public.therapy_goals heart_system insert: fhir_residue
public.therapy_goals heart_system select: fhir_residue
public.therapy_goals heart_system update: fhir_residue
public.therapy_goals heart_therapist insert: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_therapist select: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_goals heart_therapist update: id, user_id, title, description, category, target_date, progress, status, created_at, updated_at, version, fhir_residue
public.therapy_routines heart_app select: id, phase_id, name, description, frequency, created_at, updated_at, version, fhir_residue
public.therapy_routines heart_person select: id, phase_id, name, description, frequency, created_at, updated_at, version, fhir_residue
public.therapy_routines heart_system insert: fhir_residue
public.therapy_routines heart_system select: fhir_residue
public.therapy_routines heart_system update: fhir_residue
public.therapy_routines heart_therapist insert: id, phase_id, name, description, frequency, created_at, updated_at, version, fhir_residue
public.therapy_routines heart_therapist select: id, phase_id, name, description, frequency, created_at, updated_at, version, fhir_residue
public.therapy_routines heart_therapist update: id, phase_id, name, description, frequency, created_at, updated_at, version, fhir_residue
public.users heart_app select: id, email, name, phone_number, emergency_contact, emergency_phone, doctor_name, doctor_phone, profile_photo, timezone, role, created_at, updated_at, version, fhir_residue
public.users heart_person select: id, email, name, phone_number, emergency_contact, emergency_phone, doctor_name, doctor_phone, profile_photo, timezone, role, created_at, updated_at, version, fhir_residue
public.users heart_person update: email, name, phone_number, emergency_contact, emergency_phone, doctor_name, doctor_phone, profile_photo, timezone, created_at, updated_at, version, fhir_residue
public.users heart_system insert: fhir_residue
public.users heart_system select: fhir_residue
public.users heart_system update: fhir_residue
public.users heart_therapist select: id, email, name, phone_number, emergency_contact, emergency_phone, doctor_name, doctor_phone, profile_photo, timezone, role, created_at, updated_at, version, fhir_residue
public.users heart_therapist update: email, name, phone_number, emergency_contact, emergency_phone, doctor_name, doctor_phone, profile_photo, timezone, created_at, updated_at, version, fhir_residue
public.vitals_samples heart_app insert: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, fhir_residue
public.vitals_samples heart_app select: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.vitals_samples heart_app update: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, fhir_residue
public.vitals_samples heart_person insert: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.vitals_samples heart_person select: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.vitals_samples heart_person update: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, fhir_residue
public.vitals_samples heart_system insert: fhir_residue
public.vitals_samples heart_system select: fhir_residue
public.vitals_samples heart_system update: fhir_residue
public.vitals_samples heart_therapist insert: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, fhir_residue
public.vitals_samples heart_therapist select: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, device_connection_id, device_record, fhir_residue
public.vitals_samples heart_therapist update: id, user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes, created_at, updated_at, version, fhir_residue
