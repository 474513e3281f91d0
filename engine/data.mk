# SPDX-License-Identifier: Apache-2.0
libengine_la_SOURCES += engine/dataset.c engine/dataset.h engine/preprocessing.c engine/preprocessing.h engine/model.c engine/model.h
