# SPDX-License-Identifier: Apache-2.0
# Datasets.
dataset_tests = \
	tests/engine/test_arff \
	tests/engine/test_column_builder \
	tests/engine/test_column_statistics \
	tests/engine/test_csv \
	tests/engine/test_csv_block \
	tests/engine/test_dataset \
	tests/engine/test_date_text \
	tests/engine/test_idx \
	tests/engine/test_image_archive \
	tests/engine/test_import \
	tests/engine/test_jsonl \
	tests/engine/test_libsvm \
	tests/engine/test_npy \
	tests/engine/test_npz \
	tests/engine/test_part \
	tests/engine/test_number_text \
	tests/engine/test_raw \
	tests/engine/test_table_spool \
	tests/engine/test_torture
check_PROGRAMS += $(dataset_tests)
TESTS += $(dataset_tests)
EXTRA_DIST += tests/data/valid tests/data/invalid tests/data/torture.txt tests/data/make_formats.py

dataset_test_libraries = libengine.la libbase.la $(FORMAT_LIBS) $(CHECK_LIBS)
imported = tests/engine/imported.c tests/engine/imported.h
format_bytes = tests/engine/format_bytes.c tests/engine/format_bytes.h

tests_engine_test_arff_SOURCES = tests/engine/test_arff.c $(imported)
tests_engine_test_arff_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_arff_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_arff_LDADD = $(dataset_test_libraries)

tests_engine_test_column_builder_SOURCES = tests/engine/test_column_builder.c $(imported)
tests_engine_test_column_builder_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_column_builder_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_column_builder_LDADD = $(dataset_test_libraries)

tests_engine_test_column_statistics_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_column_statistics_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_column_statistics_LDADD = $(dataset_test_libraries)

tests_engine_test_csv_block_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_csv_block_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_csv_block_LDADD = $(dataset_test_libraries)

tests_engine_test_table_spool_SOURCES = tests/engine/test_table_spool.c $(imported)
tests_engine_test_table_spool_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_table_spool_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_table_spool_LDADD = $(dataset_test_libraries)

tests_engine_test_csv_SOURCES = tests/engine/test_csv.c $(imported)
tests_engine_test_csv_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_csv_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_csv_LDADD = $(dataset_test_libraries)

tests_engine_test_dataset_SOURCES = tests/engine/test_dataset.c $(imported)
tests_engine_test_dataset_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_dataset_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_dataset_LDADD = $(dataset_test_libraries)

tests_engine_test_date_text_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_date_text_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_date_text_LDADD = $(dataset_test_libraries)

tests_engine_test_idx_SOURCES = tests/engine/test_idx.c $(imported)
tests_engine_test_idx_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_idx_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_idx_LDADD = $(dataset_test_libraries)

tests_engine_test_image_archive_SOURCES = tests/engine/test_image_archive.c $(imported) $(format_bytes)
tests_engine_test_image_archive_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_image_archive_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_image_archive_LDADD = $(dataset_test_libraries)

tests_engine_test_import_SOURCES = tests/engine/test_import.c $(imported)
tests_engine_test_import_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_import_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_import_LDADD = $(dataset_test_libraries)

tests_engine_test_part_SOURCES = tests/engine/test_part.c $(imported)
tests_engine_test_part_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_part_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_part_LDADD = $(dataset_test_libraries)

tests_engine_test_jsonl_SOURCES = tests/engine/test_jsonl.c $(imported)
tests_engine_test_jsonl_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_jsonl_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_jsonl_LDADD = $(dataset_test_libraries)

tests_engine_test_libsvm_SOURCES = tests/engine/test_libsvm.c $(imported)
tests_engine_test_libsvm_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_libsvm_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_libsvm_LDADD = $(dataset_test_libraries)

tests_engine_test_npy_SOURCES = tests/engine/test_npy.c $(imported) $(format_bytes)
tests_engine_test_npy_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_npy_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_npy_LDADD = $(dataset_test_libraries)

tests_engine_test_npz_SOURCES = tests/engine/test_npz.c $(imported) $(format_bytes)
tests_engine_test_npz_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_npz_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_npz_LDADD = $(dataset_test_libraries)

tests_engine_test_number_text_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_number_text_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_number_text_LDADD = $(dataset_test_libraries)

tests_engine_test_raw_SOURCES = tests/engine/test_raw.c $(imported)
tests_engine_test_raw_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_raw_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_raw_LDADD = $(dataset_test_libraries)

tests_engine_test_torture_SOURCES = tests/engine/test_torture.c $(imported)
tests_engine_test_torture_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_torture_CPPFLAGS = $(TEST_CPPFLAGS) -DSHARED_DATA=\"$(abs_top_srcdir)/../shared\"
tests_engine_test_torture_LDADD = $(dataset_test_libraries)

# Preprocessing.
preprocessing_tests = \
	tests/engine/test_encoder \
	tests/engine/test_features \
	tests/engine/test_labels \
	tests/engine/test_preprocessing \
	tests/engine/test_preprocessing_file \
	tests/engine/test_preprocessing_import \
	tests/engine/test_preprocessing_instance \
	tests/engine/test_preprocessing_memory \
	tests/engine/test_scale \
	tests/engine/test_target \
	tests/engine/test_text \
	tests/engine/test_series \
	tests/engine/test_words
check_PROGRAMS += $(preprocessing_tests)
TESTS += $(preprocessing_tests)
preprocessing_helpers = tests/engine/learn.c tests/engine/learn.h tests/engine/table.c tests/engine/table.h

tests_engine_test_encoder_SOURCES = tests/engine/test_encoder.c $(preprocessing_helpers)
tests_engine_test_encoder_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_encoder_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_encoder_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_features_SOURCES = tests/engine/test_features.c $(preprocessing_helpers)
tests_engine_test_features_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_features_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_features_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_labels_SOURCES = tests/engine/test_labels.c
tests_engine_test_labels_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_labels_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_labels_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_preprocessing_SOURCES = tests/engine/test_preprocessing.c $(preprocessing_helpers)
tests_engine_test_preprocessing_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_preprocessing_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_preprocessing_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_preprocessing_file_SOURCES = tests/engine/test_preprocessing_file.c $(preprocessing_helpers)
tests_engine_test_preprocessing_file_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_preprocessing_file_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_preprocessing_file_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_preprocessing_instance_SOURCES = tests/engine/test_preprocessing_instance.c $(preprocessing_helpers)
tests_engine_test_preprocessing_instance_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_preprocessing_instance_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_preprocessing_instance_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_scale_SOURCES = tests/engine/test_scale.c
tests_engine_test_scale_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_scale_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_scale_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_target_SOURCES = tests/engine/test_target.c $(preprocessing_helpers)
tests_engine_test_target_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_target_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_target_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_text_SOURCES = tests/engine/test_text.c $(preprocessing_helpers)
tests_engine_test_text_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_text_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_text_LDADD = libengine.la libbase.la $(CHECK_LIBS)

tests_engine_test_series_SOURCES = tests/engine/test_series.c $(preprocessing_helpers)
tests_engine_test_series_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_series_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_series_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_words_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_words_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_words_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_preprocessing_import_SOURCES = tests/engine/test_preprocessing_import.c $(preprocessing_helpers)
tests_engine_test_preprocessing_import_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_preprocessing_import_CPPFLAGS = $(TEST_CPPFLAGS)
tests_engine_test_preprocessing_import_LDADD = libengine.la $(CHECK_LIBS)

tests_engine_test_preprocessing_memory_SOURCES = tests/engine/test_preprocessing_memory.c $(preprocessing_helpers)
tests_engine_test_preprocessing_memory_CFLAGS = $(TEST_CFLAGS)
tests_engine_test_preprocessing_memory_CPPFLAGS = $(TEST_CPPFLAGS)
# Every allocation goes through the test, which lets one fail.
tests_engine_test_preprocessing_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=strdup
tests_engine_test_preprocessing_memory_LDADD = libengine.la $(CHECK_LIBS)
