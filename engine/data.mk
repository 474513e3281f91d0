# SPDX-License-Identifier: Apache-2.0
# Datasets: importing files, column files.
libengine_la_SOURCES += \
	engine/byte_statistics.c \
	engine/cell.c engine/cell.h engine/cell_block.h \
	engine/column_builder.c engine/column_builder.h \
	engine/column_file.c engine/column_file.h \
	engine/column_statistics.c engine/column_statistics.h \
	engine/column_values.c \
	engine/column_writer.c \
	engine/dataset.c engine/dataset.h \
	engine/dataset_options.c engine/dataset_options.h \
	engine/dataset_row.c \
	engine/date_text.c engine/date_text.h \
	engine/description.c engine/description.h \
	engine/dictionary.c engine/dictionary.h \
	engine/formats/archive.c engine/formats/archive.h \
	engine/formats/arff.c \
	engine/formats/arff_date.c engine/formats/arff_date.h \
	engine/formats/arff_header.c engine/formats/arff_header.h \
	engine/formats/arff_tokens.c engine/formats/arff_tokens.h \
	engine/formats/array.c engine/formats/array.h engine/formats/array_inside.h \
	engine/formats/array_files.c engine/formats/array_files.h \
	engine/formats/array_tensor.c \
	engine/formats/array_type.c engine/formats/array_type.h \
	engine/formats/byte_source.c engine/formats/byte_source.h \
	engine/formats/csv.c \
	engine/formats/csv_block.c engine/formats/csv_block.h \
	engine/formats/csv_dialect.c engine/formats/csv_dialect.h \
	engine/formats/csv_scanner.c engine/formats/csv_scanner.h \
	engine/formats/cut.c engine/formats/cut.h \
	engine/formats/format.h engine/formats/formats.c \
	engine/formats/idx.c \
	engine/formats/image.c engine/formats/image.h engine/formats/image_inside.h \
	engine/formats/image_archive.c \
	engine/formats/image_jpeg.c \
	engine/formats/image_png.c \
	engine/formats/image_scale.c \
	engine/formats/json_records.c engine/formats/json_records.h \
	engine/formats/json_rows.c engine/formats/json_rows.h \
	engine/formats/jsonl.c \
	engine/formats/libsvm.c \
	engine/formats/libsvm_line.c engine/formats/libsvm_line.h \
	engine/formats/lines.c engine/formats/lines.h \
	engine/formats/npy.c \
	engine/formats/npy_header.c engine/formats/npy_header.h \
	engine/formats/npz.c \
	engine/formats/raw.c \
	engine/formats/text_input.c engine/formats/text_input.h \
	engine/import.c engine/import.h \
	engine/input.c engine/input.h \
	engine/number_column.c \
	engine/number_list.c engine/number_list.h \
	engine/digits.h engine/number_text.c engine/number_text.h \
	engine/part.c engine/part.h \
	engine/section_statistics.c \
	engine/table_builder.c engine/table_builder.h \
	engine/table_columns.c \
	engine/table_spool.c engine/table_spool.h

# Preprocessing.
libengine_la_SOURCES += \
	engine/column_options.h \
	engine/columns.c engine/columns.h \
	engine/encoder.c engine/encoder.h \
	engine/encoders/boolean.c \
	engine/encoders/categories.c engine/encoders/categories.h \
	engine/encoders/date.c \
	engine/encoders/embedded.c \
	engine/encoders/hashed.c \
	engine/encoders/number.c \
	engine/encoders/one_hot.c \
	engine/encoders/ordinal.c \
	engine/encoders/scaled.c engine/encoders/scaled.h \
	engine/encoders/tensor.c \
	engine/encoders/text.c engine/encoders/text.h \
	engine/encoders/text_hash.c \
	engine/encoders/text_tokens.c \
	engine/features.c engine/features.h \
	engine/labels.c engine/labels.h \
	engine/preprocessing.c engine/preprocessing.h engine/preprocessing_parts.h \
	engine/preprocessing_encode.c \
	engine/preprocessing_file.c \
	engine/preprocessing_instance.c \
	engine/preprocessing_learn.c \
	engine/preprocessing_numbers.c \
	engine/preprocessing_options.c \
	engine/preprocessing_target.c \
	engine/preprocessing_window.c \
	engine/scale.c engine/scale.h \
	engine/series.c engine/series.h \
	engine/target.c engine/target.h \
	engine/target_learn.c \
	engine/vocabulary.c engine/vocabulary.h \
	engine/words.c engine/words.h

