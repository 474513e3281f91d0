# SPDX-License-Identifier: Apache-2.0
TRAINING_TESTS = \
	tests/engine/test_augmentation \
	tests/engine/test_augments \
	tests/engine/test_augments_noise \
	tests/engine/test_catalog \
	tests/engine/test_checkpoint \
	tests/engine/test_evaluation \
	tests/engine/test_float_sort \
	tests/engine/test_golden \
	tests/engine/test_histograms \
	tests/engine/test_metrics \
	tests/engine/test_mixed_targets \
	tests/engine/test_optimizers \
	tests/engine/test_random_resume \
	tests/engine/test_rehearsal \
	tests/engine/test_sampler \
	tests/engine/test_schedules \
	tests/engine/test_step \
	tests/engine/test_trainer \
	tests/engine/test_trainer_augment \
	tests/engine/test_trainer_change \
	tests/engine/test_trainer_data \
	tests/engine/test_trainer_ends \
	tests/engine/test_trainer_inputs \
	tests/engine/test_trainer_rollback \
	tests/engine/test_trainer_stopping \
	tests/engine/test_trainer_task \
	tests/engine/test_training
check_PROGRAMS += $(TRAINING_TESTS)
TESTS += $(TRAINING_TESTS)
EXTRA_DIST += tests/golden/README.md tests/golden/generate.py tests/golden/reference.py tests/golden/cases

TRAINER_FIXTURE = tests/engine/trainer_fixture.c tests/engine/trainer_fixture.h
STEERED = $(TRAINER_FIXTURE) tests/engine/steered.c tests/engine/steered.h

tests_engine_test_float_sort_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_float_sort_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_float_sort_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_golden_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_golden_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_golden_LDADD = libengine.la $(CHECK_LIBS)

METRICS_FIXTURE = tests/engine/metrics_fixture.c tests/engine/metrics_fixture.h

tests_engine_test_evaluation_SOURCES = tests/engine/test_evaluation.c $(METRICS_FIXTURE)
tests_engine_test_evaluation_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_evaluation_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_evaluation_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_metrics_SOURCES = tests/engine/test_metrics.c $(METRICS_FIXTURE)
tests_engine_test_metrics_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_metrics_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_metrics_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_optimizers_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_optimizers_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_optimizers_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_random_resume_SOURCES = tests/engine/test_random_resume.c \
	tests/engine/random_document.c tests/engine/random_document.h \
	tests/engine/learn.c tests/engine/learn.h tests/engine/table.c tests/engine/table.h
tests_engine_test_random_resume_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_random_resume_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_random_resume_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_sampler_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_sampler_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_sampler_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_schedules_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_schedules_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_schedules_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_step_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_step_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_step_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_SOURCES = tests/engine/test_trainer.c $(TRAINER_FIXTURE)
tests_engine_test_trainer_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_inputs_SOURCES = tests/engine/test_trainer_inputs.c $(TRAINER_FIXTURE) \
	tests/engine/example_models.c tests/engine/example_models.h \
	tests/engine/learn.c tests/engine/learn.h tests/engine/table.c tests/engine/table.h
tests_engine_test_trainer_inputs_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_inputs_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_inputs_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_training_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_training_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_training_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_ends_SOURCES = tests/engine/test_trainer_ends.c $(TRAINER_FIXTURE)
tests_engine_test_trainer_ends_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_ends_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_ends_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_stopping_SOURCES = tests/engine/test_trainer_stopping.c $(TRAINER_FIXTURE)
tests_engine_test_trainer_stopping_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_stopping_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_stopping_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_checkpoint_SOURCES = tests/engine/test_checkpoint.c $(TRAINER_FIXTURE)
tests_engine_test_checkpoint_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_checkpoint_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_checkpoint_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_task_SOURCES = tests/engine/test_trainer_task.c $(TRAINER_FIXTURE)
tests_engine_test_trainer_task_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_task_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_task_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_data_SOURCES = tests/engine/test_trainer_data.c $(TRAINER_FIXTURE)
tests_engine_test_trainer_data_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_data_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_data_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_catalog_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_catalog_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_catalog_LDADD = libengine.la $(CHECK_LIBS)

AUGMENTED = tests/engine/augmented.c tests/engine/augmented.h
tests_engine_test_augmentation_SOURCES = tests/engine/test_augmentation.c $(AUGMENTED)
tests_engine_test_augmentation_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_augmentation_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_augmentation_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_augments_SOURCES = tests/engine/test_augments.c $(AUGMENTED)
tests_engine_test_augments_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_augments_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_augments_LDADD = libengine.la $(CHECK_LIBS)
tests_engine_test_augments_noise_SOURCES = tests/engine/test_augments_noise.c $(AUGMENTED)
tests_engine_test_augments_noise_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_augments_noise_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_augments_noise_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_mixed_targets_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_mixed_targets_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_mixed_targets_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_augment_SOURCES = tests/engine/test_trainer_augment.c $(TRAINER_FIXTURE)
tests_engine_test_trainer_augment_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_augment_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_augment_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_histograms_SOURCES = tests/engine/test_histograms.c $(TRAINER_FIXTURE)
tests_engine_test_histograms_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_histograms_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_histograms_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_rehearsal_SOURCES = tests/engine/test_rehearsal.c $(TRAINER_FIXTURE)
tests_engine_test_rehearsal_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_rehearsal_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_rehearsal_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_change_SOURCES = tests/engine/test_trainer_change.c $(STEERED)
tests_engine_test_trainer_change_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_change_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_change_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_trainer_rollback_SOURCES = tests/engine/test_trainer_rollback.c $(STEERED)
tests_engine_test_trainer_rollback_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_trainer_rollback_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_trainer_rollback_LDADD = libengine.la $(CHECK_LIBS)
