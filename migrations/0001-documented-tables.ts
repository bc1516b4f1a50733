import { Migration } from "@mikro-orm/migrations";

/** The 26 documented tables with their indexes, checks and foreign keys. Data only, hence the length. */
export class DocumentedTables extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
create table "exercises" (
	"id" serial primary key,
	"name" varchar(255) not null,
	"category" varchar(255) null,
	"description" text null,
	"instructions" text null,
	"video_url" varchar(255) null,
	"image_url" varchar(255) null,
	"difficulty" text null,
	"target_muscles" varchar(255) null,
	"equipment" varchar(255) null,
	"is_active" boolean null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
alter table "exercises" add constraint "exercises_difficulty_check" check ("difficulty" in ('beginner', 'intermediate', 'advanced'));

create table "food_categories" (
	"id" serial primary key,
	"name" varchar(255) not null,
	"description" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);

create table "food_items" (
	"id" serial primary key,
	"category_id" int null,
	"name" varchar(255) not null,
	"serving_size" varchar(255) null,
	"calories" int null,
	"protein" double precision null,
	"carbs" double precision null,
	"fat" double precision null,
	"fiber" double precision null,
	"sodium" int null,
	"health_rating" int null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_food_items_category" on "food_items" ("category_id");
alter table "food_items" add constraint "food_items_calories_check" check (calories >= 0);
alter table "food_items" add constraint "food_items_protein_check" check (protein >= '0'::double precision);
alter table "food_items" add constraint "food_items_carbs_check" check (carbs >= '0'::double precision);
alter table "food_items" add constraint "food_items_fat_check" check (fat >= '0'::double precision);
alter table "food_items" add constraint "food_items_fiber_check" check (fiber >= '0'::double precision);
alter table "food_items" add constraint "food_items_sodium_check" check (sodium >= 0);
alter table "food_items" add constraint "food_items_health_rating_check" check (health_rating >= 1 and health_rating <= 5);

create table "physical_therapy_phases" (
	"id" serial primary key,
	"name" varchar(255) not null,
	"week_start" int not null,
	"week_end" int not null,
	"description" text null,
	"goals" text null,
	"restrictions" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
alter table "physical_therapy_phases" add constraint "physical_therapy_phases_week_start_check" check (week_start >= 0);
alter table "physical_therapy_phases" add constraint "physical_therapy_phases_week_end_check" check (week_end >= week_start);

create table "therapy_routines" (
	"id" serial primary key,
	"phase_id" int not null,
	"name" varchar(255) not null,
	"description" text null,
	"frequency" varchar(255) null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_therapy_routines_phase" on "therapy_routines" ("phase_id");

create table "activities" (
	"id" serial primary key,
	"routine_id" int not null,
	"name" varchar(255) not null,
	"description" text null,
	"duration" int null,
	"order" int null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_activities_routine" on "activities" ("routine_id");
alter table "activities" add constraint "activities_duration_check" check (duration >= 0);

create table "users" (
	"id" serial primary key,
	"email" varchar(255) not null,
	"password" varchar(255) null,
	"name" varchar(255) not null,
	"phone_number" varchar(255) null,
	"emergency_contact" varchar(255) null,
	"emergency_phone" varchar(255) null,
	"doctor_name" varchar(255) null,
	"doctor_phone" varchar(255) null,
	"profile_photo" varchar(255) null,
	"timezone" varchar(255) null default 'America/New_York',
	"role" text null default 'patient',
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_users_email" on "users" ("email");
create index "idx_users_role" on "users" ("role");
alter table "users" add constraint "users_email_unique" unique ("email");
alter table "users" add constraint "users_role_check" check ("role" in ('patient', 'therapist', 'admin'));

create table "therapy_goals" (
	"id" serial primary key,
	"user_id" int not null,
	"title" varchar(255) not null,
	"description" text null,
	"category" varchar(255) null,
	"target_date" date null,
	"progress" int null,
	"status" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_therapy_goals_user" on "therapy_goals" ("user_id");
alter table "therapy_goals" add constraint "therapy_goals_progress_check" check (progress >= 0 and progress <= 100);
alter table "therapy_goals" add constraint "therapy_goals_status_check" check ("status" in ('pending', 'in-progress', 'completed', 'cancelled'));

create table "sleep_logs" (
	"id" serial primary key,
	"user_id" int not null,
	"sleep_date" date not null,
	"bedtime" timestamptz null,
	"wake_time" timestamptz null,
	"total_hours" double precision null,
	"quality" int null,
	"interruptions" int null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_sleep_logs_user_date" on "sleep_logs" ("user_id", "sleep_date" DESC);
alter table "sleep_logs" add constraint "sleep_logs_total_hours_check" check (total_hours >= '0'::double precision and total_hours <= '48'::double precision);
alter table "sleep_logs" add constraint "sleep_logs_quality_check" check (quality >= 1 and quality <= 5);
alter table "sleep_logs" add constraint "sleep_logs_interruptions_check" check (interruptions >= 0);

create table "providers" (
	"id" serial primary key,
	"user_id" int not null,
	"name" varchar(255) not null,
	"specialty" varchar(255) null,
	"phone" varchar(255) null,
	"email" varchar(255) null,
	"address" varchar(255) null,
	"notes" text null,
	"next_appointment" timestamptz null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_providers_user" on "providers" ("user_id");

create table "patients" (
	"id" serial primary key,
	"therapist_id" int not null,
	"user_id" int null,
	"first_name" varchar(255) null,
	"last_name" varchar(255) null,
	"name" varchar(255) not null,
	"date_of_birth" date null,
	"gender" text null,
	"age" int null,
	"email" varchar(255) null,
	"primary_phone" varchar(255) null,
	"primary_phone_type" text null,
	"alternate_phone" varchar(255) null,
	"preferred_contact_method" text null,
	"best_time_to_contact" text null,
	"street_address" varchar(255) null,
	"city" varchar(255) null,
	"state" varchar(255) null,
	"postal_code" varchar(255) null,
	"country" varchar(255) null,
	"emergency_contact1_name" varchar(255) null,
	"emergency_contact1_relationship" varchar(255) null,
	"emergency_contact1_phone" varchar(255) null,
	"emergency_contact2_name" varchar(255) null,
	"emergency_contact2_phone" varchar(255) null,
	"surgery_date" date null,
	"post_op_week" int null,
	"surgery_type" varchar(255) null,
	"discharge_summary" text null,
	"medication_allergies" varchar(255) null,
	"other_allergies" varchar(255) null,
	"chronic_conditions" varchar(255) null,
	"smoking_status" text null,
	"alcohol_use" text null,
	"occupation" varchar(255) null,
	"education" varchar(255) null,
	"living_situation" varchar(255) null,
	"primary_caregiver" varchar(255) null,
	"insurance_provider" varchar(255) null,
	"insurance_policy_number" varchar(255) null,
	"insurance_group_number" varchar(255) null,
	"preferred_pharmacy" varchar(255) null,
	"pharmacy_phone" varchar(255) null,
	"current_stage" varchar(255) null,
	"target_heart_rate" int null,
	"max_heart_rate" int null,
	"resting_heart_rate" int null,
	"blood_pressure_goal" varchar(255) null,
	"weight_goal" double precision null,
	"notes" text null,
	"is_active" boolean null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_patients_therapist" on "patients" ("therapist_id");
create index "idx_patients_user" on "patients" ("user_id");
create index "idx_patients_active" on "patients" ("is_active");
create index "idx_patients_therapist_user" on "patients" ("therapist_id", "user_id");
alter table "patients" add constraint "patients_target_heart_rate_check" check (target_heart_rate >= 1 and target_heart_rate <= 400);
alter table "patients" add constraint "patients_max_heart_rate_check" check (max_heart_rate >= 1 and max_heart_rate <= 400);
alter table "patients" add constraint "patients_resting_heart_rate_check" check (resting_heart_rate >= 1 and resting_heart_rate <= 400);
alter table "patients" add constraint "patients_weight_goal_check" check (weight_goal > '0'::double precision and weight_goal < '1500'::double precision);
alter table "patients" add constraint "patients_gender_check" check ("gender" in ('male', 'female', 'other'));
alter table "patients" add constraint "patients_primary_phone_type_check" check ("primary_phone_type" in ('mobile', 'home', 'work'));
alter table "patients" add constraint "patients_preferred_contact_method_check" check ("preferred_contact_method" in ('phone', 'email', 'text'));
alter table "patients" add constraint "patients_best_time_to_contact_check" check ("best_time_to_contact" in ('morning', 'afternoon', 'evening'));
alter table "patients" add constraint "patients_smoking_status_check" check ("smoking_status" in ('never', 'former', 'current'));
alter table "patients" add constraint "patients_alcohol_use_check" check ("alcohol_use" in ('none', 'occasional', 'moderate', 'heavy'));

create table "exercise_prescriptions" (
	"id" serial primary key,
	"patient_id" int not null,
	"exercise_id" int not null,
	"sets" int null,
	"reps" int null,
	"duration" int null,
	"frequency" varchar(255) null,
	"intensity" varchar(255) null,
	"start_date" date null,
	"end_date" date null,
	"status" text null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_prescriptions_patient" on "exercise_prescriptions" ("patient_id");
create index "idx_prescriptions_exercise" on "exercise_prescriptions" ("exercise_id");
alter table "exercise_prescriptions" add constraint "exercise_prescriptions_sets_check" check (sets >= 0);
alter table "exercise_prescriptions" add constraint "exercise_prescriptions_reps_check" check (reps >= 0);
alter table "exercise_prescriptions" add constraint "exercise_prescriptions_duration_check" check (duration >= 0);
alter table "exercise_prescriptions" add constraint "exercise_prescriptions_end_date_check" check (end_date >= start_date);
alter table "exercise_prescriptions" add constraint "exercise_prescriptions_status_check" check ("status" in ('active', 'completed', 'discontinued'));

create table "medications" (
	"id" serial primary key,
	"user_id" int not null,
	"name" varchar(255) not null,
	"dosage" varchar(255) null,
	"frequency" varchar(255) null,
	"time_of_day" varchar(255) null,
	"start_date" date null,
	"end_date" date null,
	"prescribed_by" varchar(255) null,
	"purpose" varchar(255) null,
	"side_effects" varchar(255) null,
	"instructions" text null,
	"is_active" boolean null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_medications_user" on "medications" ("user_id");
create index "idx_medications_active" on "medications" ("is_active");
alter table "medications" add constraint "medications_end_date_check" check (end_date >= start_date);

create table "medication_logs" (
	"id" serial primary key,
	"medication_id" int not null,
	"user_id" int not null,
	"taken_at" timestamptz not null,
	"dosage_taken" varchar(255) null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_medication_logs_medication" on "medication_logs" ("medication_id");
create index "idx_medication_logs_user_date" on "medication_logs" ("user_id", "taken_at" DESC);

create table "meal_entries" (
	"id" serial primary key,
	"user_id" int not null,
	"meal_type" text null,
	"meal_time" timestamptz not null,
	"total_calories" int null,
	"total_protein" double precision null,
	"total_carbs" double precision null,
	"total_fat" double precision null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_meals_user_date" on "meal_entries" ("user_id", "meal_time" DESC);
alter table "meal_entries" add constraint "meal_entries_total_calories_check" check (total_calories >= 0);
alter table "meal_entries" add constraint "meal_entries_total_protein_check" check (total_protein >= '0'::double precision);
alter table "meal_entries" add constraint "meal_entries_total_carbs_check" check (total_carbs >= '0'::double precision);
alter table "meal_entries" add constraint "meal_entries_total_fat_check" check (total_fat >= '0'::double precision);
alter table "meal_entries" add constraint "meal_entries_meal_type_check" check ("meal_type" in ('breakfast', 'lunch', 'dinner', 'snack'));

create table "meal_item_entries" (
	"id" serial primary key,
	"meal_entry_id" int not null,
	"food_item_id" int null,
	"quantity" double precision null,
	"custom_food_name" varchar(255) null,
	"custom_calories" int null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_meal_items_meal" on "meal_item_entries" ("meal_entry_id");
create index "idx_meal_items_food" on "meal_item_entries" ("food_item_id");
alter table "meal_item_entries" add constraint "meal_item_entries_quantity_check" check (quantity >= '0'::double precision);
alter table "meal_item_entries" add constraint "meal_item_entries_custom_calories_check" check (custom_calories >= 0);

create table "hydration_logs" (
	"id" serial primary key,
	"user_id" int not null,
	"log_date" date not null,
	"amount_oz" double precision not null,
	"goal_oz" double precision null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_hydration_logs_user_date" on "hydration_logs" ("user_id", "log_date" DESC);
alter table "hydration_logs" add constraint "hydration_logs_amount_oz_check" check (amount_oz >= '0'::double precision);
alter table "hydration_logs" add constraint "hydration_logs_goal_oz_check" check (goal_oz >= '0'::double precision);

create table "exercise_logs" (
	"id" serial primary key,
	"user_id" int not null,
	"exercise_id" int null,
	"prescription_id" int null,
	"duration" int null,
	"distance" double precision null,
	"calories" int null,
	"avg_heart_rate" int null,
	"max_heart_rate" int null,
	"intensity" varchar(255) null,
	"completed_at" timestamptz not null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_exercise_logs_user_date" on "exercise_logs" ("user_id", "completed_at" DESC);
create index "idx_exercise_logs_prescription" on "exercise_logs" ("prescription_id");
create index "idx_exercise_logs_exercise" on "exercise_logs" ("exercise_id");
alter table "exercise_logs" add constraint "exercise_logs_duration_check" check (duration >= 0);
alter table "exercise_logs" add constraint "exercise_logs_distance_check" check (distance >= '0'::double precision);
alter table "exercise_logs" add constraint "exercise_logs_calories_check" check (calories >= 0);
alter table "exercise_logs" add constraint "exercise_logs_avg_heart_rate_check" check (avg_heart_rate >= 1 and avg_heart_rate <= 400);
alter table "exercise_logs" add constraint "exercise_logs_max_heart_rate_check" check (max_heart_rate >= 1 and max_heart_rate <= 400);

create table "event_templates" (
	"id" serial primary key,
	"user_id" int null,
	"name" varchar(255) not null,
	"description" text null,
	"category" varchar(255) null,
	"duration" int null,
	"color" varchar(255) null,
	"is_active" boolean null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_event_templates_user" on "event_templates" ("user_id");
alter table "event_templates" add constraint "event_templates_duration_check" check (duration >= 0);

create table "device_connections" (
	"id" serial primary key,
	"user_id" int not null,
	"device_type" text not null,
	"device_name" varchar(255) null,
	"access_token" varchar(255) null,
	"refresh_token" varchar(255) null,
	"token_expiry" timestamptz null,
	"is_active" boolean null,
	"last_sync_at" timestamptz null,
	"sync_frequency" varchar(255) null,
	"settings" jsonb null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_devices_user" on "device_connections" ("user_id");
create index "idx_devices_type_active" on "device_connections" ("device_type", "is_active");
alter table "device_connections" add constraint "device_connections_device_type_check" check ("device_type" in ('strava', 'polar', 'samsung'));

create table "device_sync_logs" (
	"id" serial primary key,
	"device_connection_id" int not null,
	"sync_started_at" timestamptz not null,
	"sync_completed_at" timestamptz null,
	"status" text null,
	"records_synced" int null,
	"error_message" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_device_sync_logs_connection" on "device_sync_logs" ("device_connection_id", "sync_started_at" DESC);
alter table "device_sync_logs" add constraint "device_sync_logs_records_synced_check" check (records_synced >= 0);
alter table "device_sync_logs" add constraint "device_sync_logs_status_check" check ("status" in ('pending', 'success', 'failed'));

create table "daily_scores" (
	"id" serial primary key,
	"user_id" int not null,
	"date" date not null,
	"overall_score" int null,
	"exercise_score" int null,
	"nutrition_score" int null,
	"sleep_score" int null,
	"medication_score" int null,
	"vitals_score" int null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_daily_scores_user_date" on "daily_scores" ("user_id", "date" DESC);
alter table "daily_scores" add constraint "daily_scores_overall_score_check" check (overall_score >= 0 and overall_score <= 100);
alter table "daily_scores" add constraint "daily_scores_exercise_score_check" check (exercise_score >= 0 and exercise_score <= 100);
alter table "daily_scores" add constraint "daily_scores_nutrition_score_check" check (nutrition_score >= 0 and nutrition_score <= 100);
alter table "daily_scores" add constraint "daily_scores_sleep_score_check" check (sleep_score >= 0 and sleep_score <= 100);
alter table "daily_scores" add constraint "daily_scores_medication_score_check" check (medication_score >= 0 and medication_score <= 100);
alter table "daily_scores" add constraint "daily_scores_vitals_score_check" check (vitals_score >= 0 and vitals_score <= 100);

create table "calendars" (
	"id" serial primary key,
	"user_id" int not null,
	"name" varchar(255) not null,
	"color" varchar(255) null,
	"description" text null,
	"is_default" boolean null,
	"is_visible" boolean null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_calendars_user" on "calendars" ("user_id");

create table "calendar_events" (
	"id" serial primary key,
	"calendar_id" int not null,
	"user_id" int not null,
	"title" varchar(255) not null,
	"description" text null,
	"start_time" timestamptz not null,
	"end_time" timestamptz null,
	"is_all_day" boolean null,
	"location" varchar(255) null,
	"category" varchar(255) null,
	"status" text null,
	"recurrence_rule" varchar(255) null,
	"recurrence_exception" text null,
	"parent_event_id" int null,
	"color" varchar(255) null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_events_user_date" on "calendar_events" ("user_id", "start_time");
create index "idx_events_calendar" on "calendar_events" ("calendar_id");
create index "idx_events_status" on "calendar_events" ("status");
create index "idx_events_parent" on "calendar_events" ("parent_event_id");
alter table "calendar_events" add constraint "calendar_events_end_time_check" check (end_time >= start_time);
alter table "calendar_events" add constraint "calendar_events_status_check" check ("status" in ('pending', 'completed', 'cancelled'));

create table "alerts" (
	"id" serial primary key,
	"user_id" int not null,
	"type" varchar(255) not null,
	"severity" text null,
	"title" varchar(255) not null,
	"message" text null,
	"is_resolved" boolean null,
	"resolved_at" timestamptz null,
	"notified" boolean null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_alerts_user_resolved" on "alerts" ("user_id", "is_resolved");
create index "idx_alerts_severity" on "alerts" ("severity");
alter table "alerts" add constraint "alerts_severity_check" check ("severity" in ('low', 'medium', 'high', 'critical'));

create table "vitals_samples" (
	"id" serial primary key,
	"user_id" int not null,
	"systolic_bp" int null,
	"diastolic_bp" int null,
	"heart_rate" int null,
	"weight" double precision null,
	"oxygen_saturation" int null,
	"temperature" double precision null,
	"recorded_at" timestamptz not null,
	"notes" text null,
	"created_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"updated_at" timestamptz not null default date_trunc('milliseconds'::text, now()),
	"version" int not null default 1
);
create index "idx_vitals_user_date" on "vitals_samples" ("user_id", "recorded_at" DESC);
alter table "vitals_samples" add constraint "vitals_samples_systolic_bp_check" check (systolic_bp >= 1 and systolic_bp <= 400);
alter table "vitals_samples" add constraint "vitals_samples_diastolic_bp_check" check (diastolic_bp >= 1 and diastolic_bp <= 400);
alter table "vitals_samples" add constraint "vitals_samples_heart_rate_check" check (heart_rate >= 1 and heart_rate <= 400);
alter table "vitals_samples" add constraint "vitals_samples_weight_check" check (weight > '0'::double precision and weight < '1500'::double precision);
alter table "vitals_samples" add constraint "vitals_samples_oxygen_saturation_check" check (oxygen_saturation >= 1 and oxygen_saturation <= 100);
alter table "vitals_samples" add constraint "vitals_samples_temperature_check" check (temperature >= '70'::double precision and temperature <= '120'::double precision);

alter table "food_items" add constraint "food_items_category_id_foreign" foreign key ("category_id") references "food_categories" ("id") on update restrict on delete restrict;

alter table "therapy_routines" add constraint "therapy_routines_phase_id_foreign" foreign key ("phase_id") references "physical_therapy_phases" ("id") on update restrict on delete restrict;

alter table "activities" add constraint "activities_routine_id_foreign" foreign key ("routine_id") references "therapy_routines" ("id") on update restrict on delete restrict;

alter table "therapy_goals" add constraint "therapy_goals_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "sleep_logs" add constraint "sleep_logs_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "providers" add constraint "providers_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "patients" add constraint "patients_therapist_id_foreign" foreign key ("therapist_id") references "users" ("id") on update restrict on delete restrict;
alter table "patients" add constraint "patients_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "exercise_prescriptions" add constraint "exercise_prescriptions_patient_id_foreign" foreign key ("patient_id") references "patients" ("id") on update restrict on delete restrict;
alter table "exercise_prescriptions" add constraint "exercise_prescriptions_exercise_id_foreign" foreign key ("exercise_id") references "exercises" ("id") on update restrict on delete restrict;

alter table "medications" add constraint "medications_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "medication_logs" add constraint "medication_logs_medication_id_foreign" foreign key ("medication_id") references "medications" ("id") on update restrict on delete restrict;
alter table "medication_logs" add constraint "medication_logs_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "meal_entries" add constraint "meal_entries_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "meal_item_entries" add constraint "meal_item_entries_meal_entry_id_foreign" foreign key ("meal_entry_id") references "meal_entries" ("id") on update restrict on delete restrict;
alter table "meal_item_entries" add constraint "meal_item_entries_food_item_id_foreign" foreign key ("food_item_id") references "food_items" ("id") on update restrict on delete restrict;

alter table "hydration_logs" add constraint "hydration_logs_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "exercise_logs" add constraint "exercise_logs_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;
alter table "exercise_logs" add constraint "exercise_logs_exercise_id_foreign" foreign key ("exercise_id") references "exercises" ("id") on update restrict on delete restrict;
alter table "exercise_logs" add constraint "exercise_logs_prescription_id_foreign" foreign key ("prescription_id") references "exercise_prescriptions" ("id") on update restrict on delete restrict;

alter table "event_templates" add constraint "event_templates_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "device_connections" add constraint "device_connections_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "device_sync_logs" add constraint "device_sync_logs_device_connection_id_foreign" foreign key ("device_connection_id") references "device_connections" ("id") on update restrict on delete restrict;

alter table "daily_scores" add constraint "daily_scores_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "calendars" add constraint "calendars_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "calendar_events" add constraint "calendar_events_calendar_id_foreign" foreign key ("calendar_id") references "calendars" ("id") on update restrict on delete restrict;
alter table "calendar_events" add constraint "calendar_events_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;
alter table "calendar_events" add constraint "calendar_events_parent_event_id_foreign" foreign key ("parent_event_id") references "calendar_events" ("id") on update restrict on delete restrict;

alter table "alerts" add constraint "alerts_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;

alter table "vitals_samples" add constraint "vitals_samples_user_id_foreign" foreign key ("user_id") references "users" ("id") on update restrict on delete restrict;
`;
